package io.sparkmics.checkpoint.safetensors;

import io.sparkmics.checkpoint.CheckpointException;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;

/** A tensor that takes bytes as they are: contiguous, on the CPU, of the type that is read. It stays the caller's. */
public final class TensorTarget {

    private final Tensor tensor;
    private final long elements;

    private TensorTarget(Tensor tensor, long elements) {
        this.tensor = tensor;
        this.elements = elements;
    }

    /**
     * @param doing what is to be done with it, as in "read tensor a"
     * @throws CheckpointException when it is another tensor
     */
    public static TensorTarget of(Tensor tensor, TensorType type, String doing) {
        if (!TensorBytes.takes(tensor, type)) {
            throw new CheckpointException("Cannot " + doing + ": it is " + type + ", and the target is "
                    + TensorBytes.describe(tensor) + ". Give a contiguous CPU tensor of that type.");
        }
        return new TensorTarget(tensor, tensor.numel());
    }

    public long elements() {
        return elements;
    }

    /** The caller's scope frees it. */
    BytePointer bytes() {
        return new BytePointer(tensor.data_ptr());
    }
}
