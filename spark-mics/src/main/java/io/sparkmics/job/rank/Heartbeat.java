package io.sparkmics.job.rank;

/**
 * What a rank's process tells the driver while it runs, whatever the rank itself does.
 *
 * @param partition of its task
 * @param rank {@link RankFailure#UNKNOWN} before the ranks have met
 */
public record Heartbeat(int partition, int rank) {

    /** What such a message to the driver is called. */
    public static final String KIND = "heartbeat";
}
