package io.sparkmics.checkpoint;

import java.util.Objects;
import org.bytedeco.pytorch.Tensor;

/**
 * A tensor on its way to storage.
 *
 * @param name unique in its file
 * @param tensor contiguous, one-dimensional, on the CPU; it stays the caller's
 */
public record NamedTensor(String name, Tensor tensor) {

    public NamedTensor {
        Objects.requireNonNull(name, "name is null");
        Objects.requireNonNull(tensor, "tensor is null");
    }
}
