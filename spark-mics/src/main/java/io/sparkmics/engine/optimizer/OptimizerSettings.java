package io.sparkmics.engine.optimizer;

import java.io.Serializable;

/** Which optimizer, and its constants. */
public sealed interface OptimizerSettings extends Serializable {

    /** How many numbers it remembers of each parameter. */
    int moments();

    /** Plain stochastic gradient descent, without momentum or decay. */
    record Sgd() implements OptimizerSettings {
        @Override
        public int moments() {
            return 0;
        }
    }

    /**
     * Adam with decoupled weight decay. A parameter that no gradient flows to has gradient zero: its moments fade and it
     * decays, as in PyTorch where the gradient is zero and not where it is {@code None}. Source: Loshchilov and Hutter,
     * "Decoupled Weight Decay Regularization", 2019.
     */
    record AdamW(double beta1, double beta2, double epsilon, double weightDecay) implements OptimizerSettings {
        @Override
        public int moments() {
            return 2;
        }
    }
}
