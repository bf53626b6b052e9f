package io.sparkmics.engine.stage;

import io.sparkmics.engine.device.Cuda;
import io.sparkmics.engine.shard.Seeds;
import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.NamedColumns;
import io.sparkmics.model.Past;
import io.sparkmics.model.RowLayout;
import io.sparkmics.model.UniformNumbers;
import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * One pass of one micro-batch, with a seed for each dropout mask of each sequence.
 *
 * @param past stays the caller's
 */
public record StagePass(MicroBatch batch, long seed, boolean training, Optional<Past> past) implements ForwardPass {

    /** In which each token sees all those before it. */
    public StagePass(MicroBatch batch, long seed, boolean training) {
        this(batch, seed, training, Optional.empty());
    }

    @Override
    public Tensor data() {
        return batch.data();
    }

    @Override
    public Tensor column(String name) {
        return NamedColumns.get(batch.columns(), name);
    }

    @Override
    public Tensor targets() {
        Tensor label = batch.columns().get(RowLayout.LABEL);
        return label == null ? ForwardPass.super.targets() : label;
    }

    @Override
    public Tensor dropout(Tensor tensor, double probability, String site) {
        if (!training || probability == 0) {
            return tensor;
        }
        double kept = 1 - probability;
        long[] seeds = seeds(batch.step(), site);
        return tensor.mul(tensor.is_cuda() ? onDevice(tensor, kept, seeds) : DropoutMask.of(tensor, kept, seeds));
    }

    @Override
    public Tensor uniform(String site, long... shape) {
        Tensor numbers = UniformNumbers.of(seeds(training ? batch.step() : 0, site), shape);
        return numbers.to(data().device(), numbers.scalar_type());
    }

    private long[] seeds(long step, String site) {
        return Arrays.stream(batch.slots())
                .mapToLong(slot -> Seeds.ofMask(seed, step, slot, site))
                .toArray();
    }

    /** A processor and a device draw other numbers from the same seed. */
    private static Tensor onDevice(Tensor tensor, double kept, long[] seeds) {
        Tensor masks = torch.empty_like(tensor);
        for (int i = 0; i < seeds.length; i++) {
            GeneratorOptional generator = Cuda.generator(tensor.device().index(), seeds[i]);
            masks.select(0, i).bernoulli_(kept, generator);
        }
        return masks.div_(new Scalar(kept));
    }
}
