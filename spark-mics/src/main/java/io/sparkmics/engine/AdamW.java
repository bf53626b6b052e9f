package io.sparkmics.engine;

import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** AdamW on the shard: every element is updated alone, so a shard needs nothing of the others. */
final class AdamW implements Optimizer {

    private final OptimizerSettings.AdamW settings;
    private final ModelStates states;
    private final int partitionIndex;
    private final Tensor firstMoments;
    private final Tensor secondMoments;

    /** How many there have been; steps that were skipped do not count. */
    private long updates;

    AdamW(OptimizerSettings.AdamW settings, ModelStates states, int partitionIndex) {
        this.settings = settings;
        this.states = states;
        this.partitionIndex = partitionIndex;
        try (PointerScope scope = new PointerScope()) {
            firstMoments = torch.zeros_like(states.parameters());
            secondMoments = torch.zeros_like(states.parameters());
            Native.keep(firstMoments);
            Native.keep(secondMoments);
        }
    }

    @Override
    public void update(double learningRate) {
        updates++;
        try (PointerScope scope = new PointerScope()) {
            decay(learningRate);
            Tensor gradients = states.gradients();
            firstMoments.lerp_(gradients, new Scalar(1 - settings.beta1()));
            secondMoments
                    .mul_(new Scalar(settings.beta2()))
                    .addcmul_(gradients, gradients, new Scalar(1 - settings.beta2()));
            double firstCorrection = 1 - Math.pow(settings.beta1(), updates);
            double secondCorrection = 1 - Math.pow(settings.beta2(), updates);
            // The gradients have done their work: their bytes are free until the next step.
            Tensor deviation = torch.sqrt_out(gradients, secondMoments)
                    .div_(new Scalar(Math.sqrt(secondCorrection)))
                    .add_(Optimizer.scalar(settings.epsilon()));
            states.parameters().addcdiv_(firstMoments, deviation, Optimizer.scalar(-learningRate / firstCorrection));
        }
    }

    private void decay(double learningRate) {
        Scalar kept = Optimizer.scalar(1 - learningRate * settings.weightDecay());
        for (UnitShard shard : states.layout().shards()) {
            long decayed = shard.decayedSize(partitionIndex);
            if (decayed > 0) {
                states.parameters().narrow(0, shard.offset(), decayed).mul_(kept);
            }
        }
    }

    @Override
    public Map<StateKind, Tensor> moments() {
        return Map.of(StateKind.FIRST_MOMENTS, firstMoments, StateKind.SECOND_MOMENTS, secondMoments);
    }

    @Override
    public long updates() {
        return updates;
    }

    @Override
    public void resumeAt(long number) {
        updates = number;
    }

    @Override
    public void close() {
        Native.close(firstMoments);
        Native.close(secondMoments);
    }
}
