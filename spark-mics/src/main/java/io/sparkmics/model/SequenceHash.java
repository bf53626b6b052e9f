package io.sparkmics.model;

import java.nio.LongBuffer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A number of each sequence that depends on its data alone: padding behind it changes nothing. */
final class SequenceHash {

    private SequenceHash() {}

    /** @param data [b, ...]; what is negative is padding */
    static long[] of(Tensor data) {
        try (PointerScope scope = new PointerScope()) {
            Tensor whole = data.to(ScalarType.Long).cpu().contiguous();
            LongBuffer values =
                    new LongPointer(whole.data_ptr()).capacity(whole.numel()).asBuffer();
            long[] hashes = new long[Math.toIntExact(whole.size(0))];
            int each = values.remaining() / hashes.length;
            for (int i = 0; i < hashes.length * each; i++) {
                long value = values.get();
                if (value >= 0) {
                    hashes[i / each] = 1_000_003 * hashes[i / each] + value + 1;
                }
            }
            return hashes;
        }
    }
}
