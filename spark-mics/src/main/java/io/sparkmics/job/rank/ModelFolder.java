package io.sparkmics.job.rank;

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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkEnv;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Streams the trained model out of a partition group: a unit is gathered, written, released. */
final class ModelFolder {

    private final Path folder;
    private final Configuration hadoop;
    private final TrainingPlan plan;
    private final Model model;
    private final TensorType type;

    /**
     * @param attempt of the stage: an attempt that was given up must not touch what a later one writes
     */
    ModelFolder(TrainingPlan plan, Model model, int attempt) {
        this.plan = plan;
        this.model = model;
        this.type = plan.settings().precision().equals("float64") ? TensorType.F64 : TensorType.F32;
        this.folder = new Path(plan.runDirectory(), "attempt-" + attempt + "/" + HuggingFaceFolder.NAME);
        this.hadoop = plan.hadoop().value();
    }

    /**
     * Called by all ranks of one partition group.
     *
     * @param writes true on the one rank that writes; the others only give their shards
     * @return what lies where; null from a rank that does not write
     */
    WrittenModel write(MicsEngine engine, boolean writes) {
        try {
            if (writes) {
                return write(engine);
            }
            engine.forEachParameter((parameter, value) -> {});
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the model to " + folder + ": " + e.getMessage(), e);
        }
    }

    private WrittenModel write(MicsEngine engine) throws IOException {
        HuggingFaceFolder files = new HuggingFaceFolder(folder, hadoop);
        files.writeConfig(config());
        if (plan.text()) {
            new ByteTokenizerFiles(plan.settings().model().context()).write(files);
        }
        SafetensorsHeader header = header();
        try (SafetensorsWriter writer = files.writeWeights(header)) {
            engine.forEachParameter((parameter, value) -> {
                try (PointerScope scope = new PointerScope()) {
                    Tensor single = value.to(type == TensorType.F64 ? ScalarType.Double : ScalarType.Float)
                            .contiguous();
                    writer.write(parameter.name(), single);
                }
            });
            writer.commit();
        }
        return new WrittenModel(
                folder.toString(),
                SparkEnv.get().blockManager().blockManagerId().host(),
                header.fileLength());
    }

    /** What the model says of itself, and what the training knows better. */
    private Map<String, Object> config() {
        Map<String, Object> config = new LinkedHashMap<>(plan.settings().model().describe());
        // A model that says nothing of either has no reader that asks.
        config.computeIfPresent("torch_dtype", (name, value) -> type == TensorType.F64 ? "float64" : "float32");
        for (String name : List.of("bos_token_id", "eos_token_id")) {
            if (config.containsKey(name)) {
                config.put(name, plan.endOfText().isPresent() ? plan.endOfText().getAsInt() : null);
            }
        }
        return config;
    }

    /** The header comes from arithmetic: nothing needs to be gathered for it. */
    private SafetensorsHeader header() {
        List<TensorInfo> tensors = model.units().stream()
                .flatMap(unit -> unit.parameters().stream())
                .map(this::tensor)
                .toList();
        return SafetensorsHeader.of(tensors);
    }

    private TensorInfo tensor(Parameter parameter) {
        return new TensorInfo(parameter.name(), type, parameter.shape());
    }
}
