package io.sparkmics.engine.optimizer;

import io.sparkmics.engine.device.Native;
import io.sparkmics.engine.shard.ModelStates;
import io.sparkmics.engine.shard.StateKind;
import io.sparkmics.engine.shard.UnitShard;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** AdamW on the shard, in one pass: every element is updated alone, so a shard needs nothing of the others. */
public final class AdamW implements Optimizer {

    private final ModelStates states;
    private final Tensor firstMoments;
    private final Tensor secondMoments;
    private final FusedAdamW decayed;
    private final FusedAdamW others;

    /** How many there have been; steps that were skipped do not count. */
    private long updates;

    public AdamW(OptimizerSettings.AdamW settings, ModelStates states, int partitionIndex) {
        this.states = states;
        try (PointerScope scope = new PointerScope()) {
            firstMoments = torch.zeros_like(states.gradients());
            secondMoments = torch.zeros_like(states.gradients());
            List<Tensor> tensors = List.of(states.trained(), states.gradients(), firstMoments, secondMoments);
            List<UnitShard> shards = states.layout().trained();
            decayed = new FusedAdamW(
                    settings,
                    settings.weightDecay(),
                    tensors,
                    shards.stream()
                            .map(shard -> new FusedAdamW.Range(shard.offset(), shard.decayedSize(partitionIndex)))
                            .toList());
            try {
                others = new FusedAdamW(
                        settings,
                        0,
                        tensors,
                        shards.stream()
                                .map(shard -> {
                                    long first = shard.decayedSize(partitionIndex);
                                    return new FusedAdamW.Range(
                                            shard.offset() + first, shard.filledSize(partitionIndex) - first);
                                })
                                .toList());
            } catch (RuntimeException | Error e) {
                decayed.close();
                throw e;
            }
            Native.keep(firstMoments);
            Native.keep(secondMoments);
        }
    }

    @Override
    public void update(double learningRate, double scale) {
        updates++;
        boolean single = states.types().states() == ScalarType.Float;
        try (PointerScope scope = new PointerScope()) {
            if (!single) {
                // What libtorch multiplies them by is in single precision.
                states.gradients().mul_(new Scalar(scale));
            }
            for (FusedAdamW part : List.of(decayed, others)) {
                part.update(updates, learningRate, single ? scale : 1);
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
        decayed.close();
        others.close();
        Native.close(firstMoments);
        Native.close(secondMoments);
    }
}
