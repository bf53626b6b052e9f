package io.sparkmics.job;

import io.sparkmics.checkpoint.HuggingFaceFolder;
import io.sparkmics.checkpoint.SafetensorsHeader;
import io.sparkmics.checkpoint.SafetensorsWriter;
import io.sparkmics.checkpoint.TensorInfo;
import io.sparkmics.checkpoint.TensorType;
import io.sparkmics.engine.MicsEngine;
import io.sparkmics.model.Model;
import io.sparkmics.model.Parameter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Streams the trained model out of a partition group: a unit is gathered, written, released. */
final class ModelFolder {

    private final Path folder;
    private final Configuration hadoop;
    private final TrainingPlan plan;
    private final Model model;

    /**
     * @param attempt of the stage: an attempt that was given up must not touch what a later one writes
     */
    ModelFolder(TrainingPlan plan, Model model, int attempt) {
        this.plan = plan;
        this.model = model;
        this.folder = new Path(plan.runDirectory(), "attempt-" + attempt + "/" + HuggingFaceFolder.NAME);
        this.hadoop = plan.hadoop().value();
    }

    /**
     * Called by all ranks of one partition group.
     *
     * @param writes true on the one rank that writes; the others only give their shards
     * @return where the model lies
     */
    String write(MicsEngine engine, boolean writes) {
        try {
            if (writes) {
                write(engine);
            } else {
                engine.forEachParameter((parameter, value) -> {});
            }
            return folder.toString();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the model to " + folder + ": " + e.getMessage(), e);
        }
    }

    private void write(MicsEngine engine) throws IOException {
        HuggingFaceFolder files = new HuggingFaceFolder(folder, hadoop);
        files.writeConfig(plan.settings().model().describe());
        try (SafetensorsWriter writer = files.writeWeights(header())) {
            engine.forEachParameter((parameter, value) -> {
                try (PointerScope scope = new PointerScope()) {
                    Tensor single = value.to(ScalarType.Float).contiguous();
                    writer.write(parameter.name(), single);
                }
            });
            writer.commit();
        }
    }

    /** The header comes from arithmetic: nothing needs to be gathered for it. */
    private SafetensorsHeader header() {
        List<TensorInfo> tensors = model.units().stream()
                .flatMap(unit -> unit.parameters().stream())
                .map(ModelFolder::tensor)
                .toList();
        return SafetensorsHeader.of(tensors);
    }

    private static TensorInfo tensor(Parameter parameter) {
        return new TensorInfo(parameter.name(), TensorType.F32, parameter.shape());
    }
}
