package io.sparkmics.engine.optimizer;

import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.engine.device.OwnedParts;
import io.sparkmics.engine.shard.ModelStates;
import io.sparkmics.engine.shard.ShardedState;
import io.sparkmics.engine.shard.StateKind;
import io.sparkmics.engine.shard.UnitShard;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** AdamW on the shard, in one pass: every element is updated alone, so a shard needs nothing of the others. */
public final class AdamW implements Optimizer {

    private final ModelStates states;
    private final ShardedState firstMoments;
    private final ShardedState secondMoments;
    private final FusedAdamW decayed;
    private final FusedAdamW others;
    private final OwnedParts parts = new OwnedParts();

    /** How many there have been; steps that were skipped do not count. */
    private long updates;

    public AdamW(OptimizerSettings.AdamW settings, ModelStates states, int partitionIndex, RankDevice device) {
        this.states = states;
        List<UnitShard> shards = states.layout().trained();
        try {
            firstMoments = moments(states, device);
            secondMoments = moments(states, device);
            List<Function<UnitShard, Tensor>> updated =
                    List.of(states.parameters()::of, states::gradients, firstMoments::of, secondMoments::of);
            decayed = fused(
                    settings,
                    settings.weightDecay(),
                    updated,
                    shards.stream()
                            .map(shard -> new FusedAdamW.Range(shard, 0, shard.decayedSize(partitionIndex)))
                            .toList(),
                    device);
            others = fused(
                    settings,
                    0,
                    updated,
                    shards.stream()
                            .map(shard -> {
                                long first = shard.decayedSize(partitionIndex);
                                return new FusedAdamW.Range(shard, first, shard.filledSize(partitionIndex) - first);
                            })
                            .toList(),
                    device);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private ShardedState moments(ModelStates of, RankDevice device) {
        return parts.own(ShardedState.zeros(of.layout().ofTrained(), of.types().states(), device), ShardedState::close);
    }

    private FusedAdamW fused(
            OptimizerSettings.AdamW settings,
            double decay,
            List<Function<UnitShard, Tensor>> updated,
            List<FusedAdamW.Range> ranges,
            RankDevice device) {
        return parts.own(new FusedAdamW(settings, decay, updated, ranges, device), FusedAdamW::close);
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
    public Map<StateKind, ShardedState> moments() {
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
        parts.close();
    }
}
