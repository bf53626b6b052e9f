package io.sparkmics.checkpoint.pretrained;

import io.sparkmics.checkpoint.safetensors.SafetensorsReader;
import io.sparkmics.checkpoint.safetensors.TensorInfo;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.Unit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * The weights of a folder, by ranges of a model's units: whoever needs a part reads that part. Holds a buffer for each file
 * that it has read of. One thread at a time.
 */
public final class PretrainedWeights implements AutoCloseable {

    private final Map<String, String> tensors;
    private final Map<String, TensorInfo> there;
    private final Map<String, Path> files;
    private final Configuration hadoop;
    private final Map<Path, SafetensorsReader> readers = new HashMap<>();

    PretrainedWeights(
            Map<String, String> tensors, Map<String, TensorInfo> there, Map<String, Path> files, Configuration hadoop) {
        this.tensors = tensors;
        this.there = there;
        this.files = files;
        this.hadoop = hadoop;
    }

    /**
     * What the folder does not have, of a parameter or whole, stays as it was.
     *
     * @param from the first element, counted from the beginning of the unit
     * @param target contiguous, one-dimensional, on the CPU; as many elements as it has are read, and made of its type
     * @throws io.sparkmics.checkpoint.CheckpointException when they cannot be read, or one is not finite
     */
    public void read(Unit unit, long from, Tensor target) {
        long end = from + target.numel();
        long begin = 0;
        for (Parameter parameter : unit.parameters()) {
            long first = Math.max(from, begin);
            String tensor = tensors.get(parameter.name());
            long last = tensor == null
                    ? first
                    : Math.min(end, begin + there.get(tensor).elements());
            if (first < last) {
                try (PointerScope scope = new PointerScope()) {
                    reader(tensor).readRange(tensor, first - begin, target.narrow(0, first - from, last - first));
                }
            }
            begin += parameter.size();
        }
    }

    private SafetensorsReader reader(String tensor) {
        return readers.computeIfAbsent(
                files.get(tensor), file -> SafetensorsReader.openWeights(file, Optional.empty(), hadoop));
    }

    @Override
    public void close() {
        readers.values().forEach(SafetensorsReader::close);
        readers.clear();
    }
}
