package io.sparkmics.engine.stage;

import io.sparkmics.engine.device.Native;
import io.sparkmics.engine.shard.Seeds;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What a tensor on the CPU is multiplied by to drop some of it. Filled here: a generator of libtorch's for each sequence
 * costs more than its numbers.
 */
final class DropoutMask {

    private static final double RANGE = 0x1p32;
    private static final long LOW = 0xFFFFFFFFL;

    private DropoutMask() {}

    /**
     * 0, or 1 / kept with probability kept.
     *
     * @param tensor its first dimension has a seed each
     * @return like the tensor, owned by the caller's scope
     */
    static Tensor of(Tensor tensor, double kept, long[] seeds) {
        boolean twice = tensor.scalar_type().intern() == ScalarType.Double;
        Tensor mask = torch.empty(tensor.sizes(), Native.options(ScalarType.Float), null);
        FloatPointer values = new FloatPointer(mask.data_ptr());
        long each = tensor.numel() / seeds.length;
        for (int i = 0; i < seeds.length; i++) {
            // A buffer has 2 GB at most: one for each sequence.
            FloatBuffer part = values.position(i * each).limit((i + 1) * each).asBuffer();
            fill(part, kept, twice ? 1 : (float) (1 / kept), seeds[i]);
        }
        return twice ? mask.to(ScalarType.Double).div_(new Scalar(kept)) : mask.to(tensor.scalar_type());
    }

    /** Two elements of each number. */
    private static void fill(FloatBuffer values, double kept, float scale, long seed) {
        long threshold = Math.round(kept * RANGE);
        int count = values.remaining();
        for (int i = 0; i < count; i += 2) {
            long number = Seeds.mix(seed + i);
            values.put(i, (number & LOW) < threshold ? scale : 0);
            if (i + 1 < count) {
                values.put(i + 1, (number >>> 32) < threshold ? scale : 0);
            }
        }
    }
}
