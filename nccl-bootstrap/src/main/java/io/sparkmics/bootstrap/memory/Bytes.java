package io.sparkmics.bootstrap.memory;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;

/** Copies between tensors of the CPU, with nothing of libtorch's own work around it. */
final class Bytes {

    private Bytes() {}

    /** Copies so many elements of one type from the place in one tensor to that in the other; none onto itself. */
    static void copy(Tensor from, long fromStart, Tensor to, long toStart, long elements) {
        if (elements > 0) {
            long size = from.element_size();
            copy(at(from, fromStart * size), at(to, toStart * size), elements * size);
        }
    }

    static void copy(BytePointer from, BytePointer to, long bytes) {
        if (bytes > 0 && from.address() + from.position() != to.address() + to.position()) {
            Pointer.memcpy(to, from, bytes);
        }
    }

    /** The byte at this offset of a tensor's memory, which lives as long as the tensor. */
    static BytePointer at(Tensor tensor, long offset) {
        return new BytePointer(tensor.data_ptr()).position(offset);
    }
}
