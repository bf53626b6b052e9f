package io.sparkmics.engine;

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
final class Native {

    private Native() {}

    /** Takes the pointer out of the hands of its scope; its new owner closes it. */
    static <P extends Pointer> P keep(P pointer) {
        pointer.retainReference();
        return pointer;
    }

    static void close(Pointer pointer) {
        if (pointer != null && !pointer.isNull()) {
            pointer.close();
        }
    }

    static long[] sizes(Parameter parameter) {
        return parameter.shape().stream().mapToLong(Long::longValue).toArray();
    }

    /** A tensor over the pointer's memory; it lives as long as the pointer. */
    static Tensor tensor(DoublePointer values) {
        return torch.from_blob(values, new long[] {values.limit()}, options(ScalarType.Double));
    }

    static TensorOptions options(ScalarType type) {
        return new TensorOptions().dtype(new ScalarTypeOptional(type));
    }
}
