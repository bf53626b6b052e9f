package io.sparkmics.job.attempt;

import io.sparkmics.job.rank.Attempt;

/**
 * Where an attempt begins.
 *
 * @param step how many steps are done
 * @param checkpoint the folder that has their states; empty: there are none
 */
public record StartPoint(long step, String checkpoint) {

    /** New parameters. */
    public static final StartPoint BEGINNING = new StartPoint(0, "");

    /** The same attempt from here. */
    Attempt of(Attempt attempt) {
        return attempt.from(step, checkpoint);
    }

    boolean isCheckpoint() {
        return !checkpoint.isEmpty();
    }

    /** As in {@code from the first step} or {@code from the checkpoint of step 40}. */
    String describe() {
        return isCheckpoint() ? "from the checkpoint of step " + step : "from the first step";
    }
}
