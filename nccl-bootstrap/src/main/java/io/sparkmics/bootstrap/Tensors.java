package io.sparkmics.bootstrap;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** What collectives do with tensors. */
public final class Tensors {

    private Tensors() {}

    /**
     * A second handle on the same memory, in one dimension: the caller's own may go while an operation is on its way. The
     * caller's to close.
     */
    public static Tensor flat(Tensor tensor) {
        try (PointerScope scope = new PointerScope()) {
            Tensor flat = tensor.detach().view(-1);
            flat.retainReference();
            return flat;
        }
    }

    /** Copies the elements, unless both are the same memory, as in a gather in place. */
    public static void copy(Tensor from, Tensor to) {
        try (PointerScope scope = new PointerScope()) {
            if (from.numel() > 0 && from.data_ptr().address() != to.data_ptr().address()) {
                to.view(-1).copy_(from.view(-1));
            }
        }
    }

    /** A member's elements of the whole, owned by the caller's scope. */
    public static Tensor chunk(Tensor whole, Chunks chunks, int index) {
        return whole.narrow(0, chunks.start(index), chunks.length(index));
    }
}
