package io.sparkmics.model;

import java.nio.DoubleBuffer;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Random numbers that are the same on every device: for {@link ForwardPass#uniform}. */
public final class UniformNumbers {

    private UniformNumbers() {}

    /**
     * @param seeds one a sequence
     * @return float64 [seeds, ...shape] in [0, 1), on the CPU, owned by the caller's scope
     */
    public static Tensor of(long[] seeds, long... shape) {
        long[] sizes = new long[shape.length + 1];
        sizes[0] = seeds.length;
        System.arraycopy(shape, 0, sizes, 1, shape.length);
        Tensor numbers = torch.empty(sizes, new TensorOptions(ScalarType.Double), new MemoryFormatOptional());
        DoublePointer values = new DoublePointer(numbers.data_ptr());
        long each = numbers.numel() / seeds.length;
        for (int i = 0; i < seeds.length; i++) {
            // A buffer has 2 GB at most: one for each sequence.
            DoubleBuffer part = values.position(i * each).limit((i + 1) * each).asBuffer();
            SplittableRandom random = new SplittableRandom(seeds[i]);
            while (part.hasRemaining()) {
                part.put(random.nextDouble());
            }
        }
        return numbers;
    }
}
