package io.sparkmics.job.settings;

import java.io.Serializable;

/**
 * Whether the run ends when its held-out loss gets no better, and gives the model that had the lowest.
 *
 * @param patience how many evaluations in a row may be no better; 0: the run goes to its last step, and gives what it has then
 * @param minDelta by how much an evaluation must be better to count as that
 */
public record EarlyStoppingSettings(int patience, double minDelta) implements Serializable {

    /** Whether the model of the lowest held-out loss is kept. */
    public boolean active() {
        return patience > 0;
    }

    void check(Problems problems, boolean evaluates) {
        problems.atLeastZero("earlyStoppingPatience", patience);
        problems.atLeastZero("earlyStoppingMinDelta", minDelta);
        if (active() && !evaluates) {
            problems.add(
                    "Cannot stop after " + patience + " evaluations that are no better: there is none before the last"
                            + " step. Set evaluateEvery and validationIndicatorCol, or earlyStoppingPatience to 0.");
        }
    }
}
