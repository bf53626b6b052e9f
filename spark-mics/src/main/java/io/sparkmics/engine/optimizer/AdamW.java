package io.sparkmics.engine.optimizer;

import io.sparkmics.bootstrap.collectives.RankDevice;
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

    /** How many there have been; steps that were skipped do not count. */
    private long updates;

    public AdamW(OptimizerSettings.AdamW settings, ModelStates states, int partitionIndex, RankDevice device) {
        this.states = states;
        firstMoments = ShardedState.zeros(states.layout(), states.types().states(), device);
        secondMoments = ShardedState.zeros(states.layout(), states.types().states(), device);
        List<Function<UnitShard, Tensor>> updated =
                List.of(states.parameters()::of, states::gradients, firstMoments::of, secondMoments::of);
        List<UnitShard> shards = states.layout().shards();
        decayed = new FusedAdamW(
                settings,
                settings.weightDecay(),
                updated,
                shards.stream()
                        .map(shard -> new FusedAdamW.Range(shard, 0, shard.decayedSize(partitionIndex)))
                        .toList(),
                device);
        try {
            others = new FusedAdamW(
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
            decayed.close();
            throw e;
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
        decayed.close();
        others.close();
        firstMoments.close();
        secondMoments.close();
    }
}
