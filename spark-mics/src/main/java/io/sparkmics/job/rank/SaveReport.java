package io.sparkmics.job.rank;

/**
 * What became of one rank's shards of a checkpoint.
 *
 * @param rank who says so
 * @param step how many steps were done
 * @param bytes of the shard file; 0 where it was not written
 * @param heldUpSeconds how long training waited: for the write before, and while states were copied
 * @param writeSeconds how long the storage took, while training went on
 * @param failure why it was not written; null where it was
 */
public record SaveReport(int rank, long step, long bytes, double heldUpSeconds, double writeSeconds, String failure) {

    /** What such a message to the driver is called. */
    public static final String KIND = "checkpoint";
}
