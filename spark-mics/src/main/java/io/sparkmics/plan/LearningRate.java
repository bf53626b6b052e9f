package io.sparkmics.plan;

import java.io.Serializable;
import java.util.Locale;
import java.util.Optional;

/**
 * Linear warm-up to the peak, then half a cosine down to a part of it, which the last step has.
 *
 * <p>With w = {@code warmUpSteps} and r = {@code minimumRatio}, step t = 0, ..., n - 1 of n has the rate
 *
 * <pre>{@code
 * peak * (t + 1) / (w + 1)                              where t < w
 * peak * (r + (1 - r) * (1 + cos(pi * x)) / 2)          where t >= w, with x = (t - w) / (n - 1 - w)
 * }</pre>
 *
 * so step w has the peak and step n - 1 has {@code peak * r}. Where the only step behind the warm-up is the last one, w = n -
 * 1, it has the peak (x = 0).
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

    /** What is odd about it for a run of so many steps, as a sentence for the user. */
    Optional<String> warning(long steps) {
        if (warmUpSteps < steps) {
            return Optional.empty();
        }
        return Optional.of("The warm-up of " + warmUpSteps + " steps is "
                + (warmUpSteps == steps ? "as long as" : "longer than") + " the run of " + steps
                + String.format(
                        Locale.ROOT,
                        ": the learning rate ends at %.2e and never gets to its peak of %.2e",
                        at(steps - 1, steps),
                        peak)
                + ". Set fewer warmUpSteps, or train for more steps.");
    }

    double at(long step, long steps) {
        if (step < warmUpSteps) {
            return peak * (step + 1) / (warmUpSteps + 1.0);
        }
        double progress = (double) (step - warmUpSteps) / Math.max(1, steps - 1 - warmUpSteps);
        return peak * (minimumRatio + (1 - minimumRatio) * (1 + Math.cos(Math.PI * progress)) / 2);
    }
}
