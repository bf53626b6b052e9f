package io.sparkmics.bootstrap.memory;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Adds what the members have of a chunk in the order of a ring: from the member after the chunk's owner on, the owner's own
 * last. So the sum has the bits that it has over a ring of connections.
 */
final class OrderedSum {

    /** A partial sum of this size stays in a core's own cache. */
    private static final long PIECE_BYTES = 256 << 10;

    private OrderedSum() {}

    /**
     * @param parts at least two, of the same length
     * @param result of the same length; may be the last part
     */
    static void of(List<Tensor> parts, Tensor result) {
        int last = parts.size() - 1;
        try (PointerScope scope = new PointerScope()) {
            if (last == 1) {
                torch.add_out(result, parts.get(0), parts.get(1));
                return;
            }
            long size = result.numel();
            long piece = Math.min(size, PIECE_BYTES / result.element_size());
            Tensor partial = torch.empty(new long[] {piece}, result.options(), null);
            for (long start = 0; start < size; start += piece) {
                add(parts, result, partial, start, Math.min(piece, size - start));
            }
        }
    }

    private static void add(List<Tensor> parts, Tensor result, Tensor partial, long start, long length) {
        int last = parts.size() - 1;
        try (PointerScope scope = new PointerScope()) {
            Tensor sum = partial.narrow(0, 0, length);
            torch.add_out(
                    sum, parts.get(0).narrow(0, start, length), parts.get(1).narrow(0, start, length));
            for (int part = 2; part < last; part++) {
                sum.add_(parts.get(part).narrow(0, start, length));
            }
            torch.add_out(result.narrow(0, start, length), sum, parts.get(last).narrow(0, start, length));
        }
    }
}
