package io.sparkmics.engine;

import io.sparkmics.model.ForwardPass;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** One pass of one micro-batch, with a generator for each dropout mask of each sequence. */
record StagePass(MicroBatch batch, long seed, boolean training) implements ForwardPass {

    @Override
    public Tensor data() {
        return batch.data();
    }

    @Override
    public Tensor dropout(Tensor tensor, double probability, String site) {
        if (!training || probability == 0) {
            return tensor;
        }
        double kept = 1 - probability;
        TensorVector masks = new TensorVector(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            long maskSeed = Seeds.ofMask(seed, batch.step(), batch.slots()[i], site);
            GeneratorOptional generator = generator(tensor, maskSeed);
            masks.put(i, torch.empty_like(tensor.select(0, i)).bernoulli_(kept, generator));
        }
        return tensor.mul(torch.stack(masks, 0).div_(new Scalar(kept)));
    }

    /** Where the tensor is. A processor and a device draw other numbers from the same seed. */
    private static GeneratorOptional generator(Tensor tensor, long seed) {
        return tensor.is_cuda()
                ? Cuda.generator(tensor.device().index(), seed)
                : new GeneratorOptional(torch.make_generator_cpu(seed));
    }
}
