package io.sparkmics.job.settings;

import java.io.Serializable;
import java.time.Duration;

/**
 * How long a run waits, what it does after a failure, and what ends it before its last step.
 *
 * @param maxRestarts how often training is begun again after a failure without a new checkpoint in between
 * @param elasticWorkers whether it goes on with fewer ranks where slots are missing after a failure
 * @param slotTimeout until the cluster has a slot for every rank
 * @param collectiveTimeout until every rank has answered
 * @param stopWhen a Hadoop path: the file whose coming ends the run with its result; empty: none
 */
public record RecoverySettings(
        int maxRestarts, boolean elasticWorkers, Duration slotTimeout, Duration collectiveTimeout, String stopWhen)
        implements Serializable {

    private static final Duration FIRST_STEP = Duration.ofMinutes(5);

    /** Until all ranks have met, each with its first batch: where data is skewed or a disk slow, some come minutes later. */
    public static final Duration MEETING = Duration.ofMinutes(10);

    /**
     * Until the first step is done: ranks begin one after another, and some read a checkpoint, or their first rows, for
     * minutes.
     */
    public Duration firstTimeout() {
        return collectiveTimeout.compareTo(FIRST_STEP) > 0 ? collectiveTimeout : FIRST_STEP;
    }

    /** Until a rank sends its first heartbeat. Those that have met already speak of one that does not come before. */
    public Duration firstHeartbeatTimeout() {
        return MEETING.plus(firstTimeout());
    }

    void check(Problems problems) {
        if (maxRestarts < 0) {
            problems.add("Cannot begin again " + maxRestarts + " times: maxRestarts is negative. Set 0 to fail with the"
                    + " first failure, or a positive number.");
        }
        problems.timeout("slotTimeout", slotTimeout);
        problems.timeout("collectiveTimeout", collectiveTimeout);
    }
}
