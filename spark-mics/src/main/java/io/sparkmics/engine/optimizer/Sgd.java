package io.sparkmics.engine.optimizer;

import io.sparkmics.engine.shard.ModelStates;
import io.sparkmics.engine.shard.StateKind;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

public final class Sgd implements Optimizer {

    private final ModelStates states;

    public Sgd(ModelStates states) {
        this.states = states;
    }

    @Override
    public void update(double learningRate, double scale) {
        try (PointerScope scope = new PointerScope()) {
            states.trained().sub_(states.gradients(), Optimizer.scalar(learningRate * scale));
        }
    }

    @Override
    public Map<StateKind, Tensor> moments() {
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
