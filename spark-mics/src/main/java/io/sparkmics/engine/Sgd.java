package io.sparkmics.engine;

import org.bytedeco.javacpp.PointerScope;

final class Sgd implements Optimizer {

    private final ModelStates states;

    Sgd(ModelStates states) {
        this.states = states;
    }

    @Override
    public void update(double learningRate) {
        try (PointerScope scope = new PointerScope()) {
            states.parameters().sub_(states.gradients(), Optimizer.scalar(learningRate));
        }
    }

    @Override
    public long bytes() {
        return 0;
    }

    @Override
    public void close() {}
}
