package io.sparkmics.engine.gradient;

import io.sparkmics.engine.device.Native;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Gradients that take hop 2 together, and what is sent of them: themselves, or their numbers rounded to a type of fewer bytes.
 * The rounded ones stand in the first bytes of the gradients' own place, which is free until the sum is there: so they take no
 * memory but for one piece.
 */
final class ReplicatedBucket implements AutoCloseable {

    /** Elements that are rounded at a time. */
    static final long PIECE = 1 << 20;

    private final Tensor gradients;
    private final Tensor sent;

    /** @param gradients a view of their place, which stays the caller's and must outlive this */
    ReplicatedBucket(Tensor gradients, ScalarType type) {
        try (PointerScope scope = new PointerScope()) {
            this.gradients = Native.keep(new Tensor(gradients));
            this.sent = gradients.scalar_type().intern() == type
                    ? this.gradients
                    : Native.keep(gradients.view(type).narrow(0, 0, gradients.numel()));
        }
    }

    private boolean rounded() {
        return sent != gradients;
    }

    /** What hop 2 sums, in place; the gradients are gone until {@link #received}. */
    Tensor toSend() {
        // Upwards: what is written never reaches what is still to be read.
        for (long start = 0; rounded() && start < gradients.numel(); start += PIECE) {
            copy(gradients, sent, start);
        }
        return sent;
    }

    /** What was sent is the sum now: the gradients become it. */
    void received() {
        long last = (gradients.numel() - 1) / PIECE * PIECE;
        for (long start = last; rounded() && start >= 0; start -= PIECE) {
            copy(sent, gradients, start);
        }
    }

    private static void copy(Tensor from, Tensor to, long start) {
        long length = Math.min(PIECE, from.numel() - start);
        try (PointerScope scope = new PointerScope()) {
            Tensor piece = from.narrow(0, start, length).to(to.scalar_type());
            to.narrow(0, start, length).copy_(piece);
        }
    }

    @Override
    public void close() {
        Native.close(gradients);
        if (rounded()) {
            Native.close(sent);
        }
    }
}
