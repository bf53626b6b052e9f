package io.sparkmics.checkpoint.safetensors;

import io.sparkmics.checkpoint.CheckpointException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Moves the bytes of libtorch's tensors to and from streams, a buffer at a time. x86-64 is little-endian, as the files are. */
final class TensorBytes {

    static final int BUFFER = 1 << 20;

    private static final Map<TensorType, ScalarType> SCALARS = Map.of(
            TensorType.F32, ScalarType.Float,
            TensorType.F64, ScalarType.Double,
            TensorType.I64, ScalarType.Long,
            TensorType.F16, ScalarType.Half,
            TensorType.BF16, ScalarType.BFloat16,
            TensorType.I32, ScalarType.Int,
            TensorType.I16, ScalarType.Short,
            TensorType.I8, ScalarType.Char,
            TensorType.U8, ScalarType.Byte,
            TensorType.BOOL, ScalarType.Bool);

    private TensorBytes() {}

    static ScalarType scalar(TensorType type) {
        return SCALARS.get(type);
    }

    static void check(Path file, TensorInfo expected, Tensor tensor) {
        try (PointerScope scope = new PointerScope()) {
            long[] shape = tensor.sizes().vec().get();
            boolean fits = takes(tensor, expected.type())
                    && Arrays.equals(
                            shape,
                            expected.shape().stream().mapToLong(Long::longValue).toArray());
            if (!fits) {
                throw new CheckpointException("Cannot write tensor " + expected.name() + " to " + file + ": it is "
                        + describe(tensor) + ", and " + expected
                        + " was declared. Write a contiguous CPU tensor of that type and shape.");
            }
        }
    }

    static boolean takes(Tensor tensor, TensorType type) {
        return tensor.is_cpu() && tensor.is_contiguous() && tensor.scalar_type().intern() == SCALARS.get(type);
    }

    static String describe(Tensor tensor) {
        try (PointerScope scope = new PointerScope()) {
            return tensor.scalar_type() + " "
                    + Arrays.toString(tensor.sizes().vec().get())
                    + (tensor.is_cpu() ? "" : ", not on the CPU")
                    + (tensor.is_contiguous() ? "" : ", not contiguous");
        }
    }

    static void write(Tensor tensor, long length, OutputStream out, byte[] buffer) throws IOException {
        try (PointerScope scope = new PointerScope()) {
            BytePointer bytes = new BytePointer(tensor.data_ptr());
            for (long offset = 0; offset < length; offset += buffer.length) {
                int count = (int) Math.min(buffer.length, length - offset);
                bytes.position(offset).get(buffer, 0, count);
                out.write(buffer, 0, count);
            }
        }
    }

    /** The caller owns the tensor. */
    static Tensor empty(TensorInfo info) {
        return empty(
                info.type(), info.shape().stream().mapToLong(Long::longValue).toArray());
    }

    /** The caller owns the tensor. */
    static Tensor empty(TensorType type, long... shape) {
        try (PointerScope scope = new PointerScope()) {
            TensorOptions options = new TensorOptions(SCALARS.get(type));
            Tensor tensor = torch.empty(shape, options, new MemoryFormatOptional());
            // Not scope.detach: that gives up the last reference.
            tensor.retainReference();
            return tensor;
        }
    }
}
