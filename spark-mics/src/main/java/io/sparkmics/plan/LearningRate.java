package io.sparkmics.plan;

import java.io.Serializable;

/**
 * Linear warm-up to the peak, then half a cosine down to a part of it.
 *
 * @param peak reached at step {@code warmUpSteps}, counted from 0
 * @param warmUpSteps the steps before the peak; with 0 the first step has it
 * @param minimumRatio what the cosine ends at, as a part of the peak, from 0 to 1
 */
public record LearningRate(double peak, long warmUpSteps, double minimumRatio) implements Serializable {

    public LearningRate {
        if (!(peak > 0 && peak < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "Cannot set the peak learning rate to " + peak + ": it must be positive.");
        }
        if (warmUpSteps < 0) {
            throw new IllegalArgumentException("Cannot warm up for " + warmUpSteps + " steps: it must be 0 or more.");
        }
        if (!(minimumRatio >= 0 && minimumRatio <= 1)) {
            throw new IllegalArgumentException(
                    "Cannot set the minimum learning-rate ratio to " + minimumRatio + ": it must be from 0 to 1.");
        }
    }

    /** The same rate at every step. */
    public static LearningRate constant(double rate) {
        return new LearningRate(rate, 0, 1);
    }

    double at(long step, long steps) {
        if (step < warmUpSteps) {
            return peak * (step + 1) / (warmUpSteps + 1);
        }
        double progress = (double) (step - warmUpSteps) / (steps - warmUpSteps);
        return peak * (minimumRatio + (1 - minimumRatio) * (1 + Math.cos(Math.PI * progress)) / 2);
    }
}
