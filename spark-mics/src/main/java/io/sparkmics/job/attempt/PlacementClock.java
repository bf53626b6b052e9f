package io.sparkmics.job.attempt;

import java.time.Duration;

/** Runs while Spark has none of an attempt's tasks running: then it cannot place them, and would wait without end. */
final class PlacementClock {

    private final long timeout;
    private long since = System.nanoTime();

    PlacementClock(Duration timeout) {
        this.timeout = timeout.toNanos();
    }

    /** @param runningTasks of the attempt, those that prepare its rows too */
    boolean expired(int runningTasks) {
        long now = System.nanoTime();
        if (runningTasks > 0) {
            since = now;
        }
        return now - since > timeout;
    }
}
