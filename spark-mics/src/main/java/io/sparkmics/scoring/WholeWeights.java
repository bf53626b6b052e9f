package io.sparkmics.scoring;

import io.sparkmics.bootstrap.machine.NativeLibraries;
import io.sparkmics.bootstrap.machine.Threads;
import io.sparkmics.checkpoint.HuggingFaceFolder;
import io.sparkmics.checkpoint.pretrained.PretrainedFolder;
import io.sparkmics.checkpoint.pretrained.PretrainedWeights;
import io.sparkmics.checkpoint.safetensors.SafetensorsReader;
import io.sparkmics.checkpoint.safetensors.TensorInfo;
import io.sparkmics.model.Model;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.Unit;
import io.sparkmics.model.WholeModel;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Reads a saved model as a whole, in a task. */
final class WholeWeights {

    private WholeWeights() {}

    static WholeModel load(ModelConfig config, Path folder, Configuration hadoop) {
        NativeLibraries.load();
        Threads.hold(TaskContext.get().cpus());
        Map<String, Tensor> weights = new HashMap<>();
        try {
            if (config instanceof PooledConfig) {
                readParts(config.build(), folder, hadoop, weights);
            } else {
                readAll(folder, hadoop, weights);
            }
        } catch (RuntimeException | Error failure) {
            weights.values().forEach(Tensor::close);
            throw failure;
        }
        return WholeModel.of(config.build(), weights);
    }

    /** What we have saved, and nothing else. */
    private static void readAll(Path folder, Configuration hadoop, Map<String, Tensor> weights) {
        try (SafetensorsReader reader = new HuggingFaceFolder(folder, hadoop).readWeights()) {
            for (TensorInfo tensor : reader.tensors()) {
                weights.put(tensor.name(), reader.read(tensor.name()));
            }
        }
    }

    /** What the model needs, under whichever names and in whichever type another program has saved it: in single precision. */
    private static void readParts(Model model, Path folder, Configuration hadoop, Map<String, Tensor> weights) {
        try (PretrainedWeights pretrained =
                PretrainedFolder.open(folder, hadoop).weights(model)) {
            for (Unit unit : model.units()) {
                try (PointerScope scope = new PointerScope()) {
                    Tensor whole = torch.empty(
                            new long[] {unit.size()}, new TensorOptions(ScalarType.Float), new MemoryFormatOptional());
                    pretrained.read(unit, 0, whole);
                    long offset = 0;
                    for (Parameter parameter : unit.parameters()) {
                        Tensor value = whole.narrow(0, offset, parameter.size())
                                .view(parameter.shape().stream()
                                        .mapToLong(Long::longValue)
                                        .toArray());
                        value.retainReference();
                        weights.put(parameter.name(), value);
                        offset += parameter.size();
                    }
                }
            }
        }
    }
}
