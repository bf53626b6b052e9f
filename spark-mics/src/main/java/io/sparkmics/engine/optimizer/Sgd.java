package io.sparkmics.engine.optimizer;

import io.sparkmics.engine.shard.ModelStates;
import io.sparkmics.engine.shard.ShardedState;
import io.sparkmics.engine.shard.StateKind;
import io.sparkmics.engine.shard.UnitShard;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;

public final class Sgd implements Optimizer {

    private final ModelStates states;

    public Sgd(ModelStates states) {
        this.states = states;
    }

    @Override
    public void update(double learningRate, double scale) {
        try (PointerScope scope = new PointerScope()) {
            Scalar factor = Optimizer.scalar(learningRate * scale);
            for (UnitShard shard : states.layout().shards()) {
                states.parameters().of(shard).sub_(states.gradients(shard), factor);
            }
        }
    }

    @Override
    public Map<StateKind, ShardedState> moments() {
        return Map.of();
    }

    @Override
    public long updates() {
        return 0;
    }

    @Override
    public void resumeAt(long updates) {}

    @Override
    public void close() {}
}
