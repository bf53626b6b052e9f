package io.sparkmics.engine.device;

import io.sparkmics.model.Parameter;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Who owns native memory: the innermost scope, until {@link #keep} makes it the caller's to close. Who needs several pieces
 * keeps them when all are there: where one cannot be had, the scope gives back the others.
 */
public final class Native {

    private Native() {}

    /** Takes the pointer out of the hands of its scope; its new owner closes it. */
    public static <P extends Pointer> P keep(P pointer) {
        pointer.retainReference();
        return pointer;
    }

    public static void close(Pointer pointer) {
        if (pointer != null && !pointer.isNull()) {
            pointer.close();
        }
    }

    public static long[] sizes(Parameter parameter) {
        return parameter.shape().stream().mapToLong(Long::longValue).toArray();
    }

    /** The values as a tensor of some type on some device; to a device they go without the host waiting for it. */
    public static Tensor copy(double[] values, TensorOptions options) {
        Tensor doubles =
                torch.from_blob(new DoublePointer(values), new long[] {values.length}, options(ScalarType.Double));
        // A copy in any case: the pointer dies with its scope.
        Tensor host = doubles.to(options.dtype().toScalarType().intern(), false, true, null);
        // Pinned memory is given back to its cache when it is freed, and from there not before the copy is done.
        return options.device().is_cuda() ? host.pin_memory().to(options, true, false, null) : host;
    }

    public static TensorOptions options(ScalarType type) {
        return new TensorOptions().dtype(new ScalarTypeOptional(type));
    }
}
