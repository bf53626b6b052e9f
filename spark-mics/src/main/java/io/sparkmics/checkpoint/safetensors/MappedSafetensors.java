package io.sparkmics.checkpoint.safetensors;

import io.sparkmics.checkpoint.StoragePaths;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The tensors of a file on a local disk, as they lie there: the system reads a page when somebody needs it, and all processes of
 * the host share it. The file must stay as it is for as long as one of the tensors is there: where it was cut short, reading ends
 * the process.
 */
public final class MappedSafetensors {

    private MappedSafetensors() {}

    /**
     * All tensors of a file, by name, not to be written to; the caller's to close.
     *
     * @throws io.sparkmics.checkpoint.CheckpointException when the file is not exactly what the format allows
     */
    public static Map<String, Tensor> map(Path file, Configuration hadoop) {
        Map<String, Tensor> tensors = new HashMap<>();
        try (SafetensorsReader reader = SafetensorsReader.open(file, hadoop);
                PointerScope scope = new PointerScope()) {
            Tensor bytes = torch.from_file(
                    StoragePaths.local(file).toString(),
                    new BoolOptional(false),
                    new LongOptional(reader.length()),
                    new TensorOptions().dtype(new ScalarTypeOptional(ScalarType.Byte)));
            for (TensorInfo info : reader.tensors()) {
                Tensor tensor = view(bytes, reader.begin(info.name()), info);
                tensor.retainReference();
                tensors.put(info.name(), tensor);
            }
            return tensors;
        } catch (RuntimeException | Error failure) {
            tensors.values().forEach(Tensor::close);
            throw failure;
        }
    }

    private static Tensor view(Tensor file, long begin, TensorInfo info) {
        Tensor bytes = file.narrow(0, begin, info.bytes());
        // What does not begin where its type may is copied.
        Tensor aligned = begin % info.type().bytes() == 0 ? bytes : bytes.clone();
        long[] shape = info.shape().stream().mapToLong(Long::longValue).toArray();
        return aligned.view(TensorBytes.scalar(info.type())).view(shape);
    }
}
