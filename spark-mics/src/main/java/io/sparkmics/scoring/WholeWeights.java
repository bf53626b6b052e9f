package io.sparkmics.scoring;

import io.sparkmics.bootstrap.machine.NativeLibraries;
import io.sparkmics.bootstrap.machine.Threads;
import io.sparkmics.checkpoint.HuggingFaceFolder;
import io.sparkmics.checkpoint.safetensors.SafetensorsReader;
import io.sparkmics.checkpoint.safetensors.TensorInfo;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.WholeModel;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.bytedeco.pytorch.Tensor;

/** Reads a saved model as a whole, in a task. */
final class WholeWeights {

    private WholeWeights() {}

    static WholeModel load(ModelConfig config, Path folder, Configuration hadoop) {
        NativeLibraries.load();
        Threads.hold(TaskContext.get().cpus());
        Map<String, Tensor> weights = new HashMap<>();
        try (SafetensorsReader reader = new HuggingFaceFolder(folder, hadoop).readWeights()) {
            for (TensorInfo tensor : reader.tensors()) {
                weights.put(tensor.name(), reader.read(tensor.name()));
            }
        } catch (RuntimeException | Error failure) {
            weights.values().forEach(Tensor::close);
            throw failure;
        }
        return WholeModel.of(config.build(), weights);
    }
}
