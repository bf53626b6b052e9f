package io.sparkmics.job.settings;

import java.io.Serializable;

/**
 * How long the run is, when it evaluates, and what decides all that is random in it.
 *
 * @param maxSteps 0: as many as the epochs give
 * @param maxEpochs 0: as many as the steps need; when both are given, what ends first ends the run
 * @param evaluateEvery steps between two evaluations; 0: only at the end
 */
public record ScheduleSettings(long maxSteps, double maxEpochs, long evaluateEvery, long seed) implements Serializable {

    void check(Problems problems) {
        if (maxSteps < 0) {
            problems.add("Cannot train for " + maxSteps + " steps: maxSteps is negative. "
                    + "Set a positive number, or 0 for no limit.");
        }
        if (!(maxEpochs >= 0) || Double.isInfinite(maxEpochs)) {
            problems.add("Cannot train for " + maxEpochs + " epochs: maxEpochs is not a finite number from 0. "
                    + "Set a positive number, or 0 for no limit.");
        }
        if (maxSteps == 0 && maxEpochs == 0) {
            problems.add("Cannot plan the run: neither maxSteps nor maxEpochs says where it ends. Set one of them.");
        }
        if (evaluateEvery < 0) {
            problems.add("Cannot evaluate every " + evaluateEvery + " steps: evaluateEvery is negative. "
                    + "Set a positive number, or 0 to evaluate at the end only.");
        }
    }
}
