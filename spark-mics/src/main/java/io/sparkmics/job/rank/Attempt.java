package io.sparkmics.job.rank;

import io.sparkmics.bootstrap.groups.Names;
import io.sparkmics.checkpoint.manifest.CheckpointId;
import java.io.Serializable;
import java.util.UUID;

/**
 * One try of a run to train to its end. What it writes and sends is kept apart from that of every other try by its run and
 * number.
 *
 * @param runId 12 hexadecimal digits
 * @param number from 0
 * @param firstStep how many steps are done when it begins
 * @param checkpoint the folder of the checkpoint that it goes on from; empty: it begins with new parameters
 * @param worldSize W
 * @param partitionGroupSize p
 */
public record Attempt(
        String runId, int number, long firstStep, String checkpoint, int worldSize, int partitionGroupSize)
        implements Serializable {

    private static final int RUN_ID_DIGITS = 12;

    public Attempt {
        if (!runId.matches("[0-9a-f]{" + RUN_ID_DIGITS + "}") || number < 0) {
            throw new IllegalArgumentException("Cannot begin attempt " + number + " of run '" + runId
                    + "': a run has 12 hexadecimal digits, and attempts count from 0.");
        }
        if (firstStep < 0 || checkpoint.isEmpty() && firstStep > 0) {
            throw new IllegalArgumentException(
                    "Cannot go on after step " + firstStep + " without a checkpoint of it. Begin with step 0.");
        }
        if (worldSize < 1 || partitionGroupSize < 1 || worldSize % partitionGroupSize != 0) {
            throw new IllegalArgumentException("Cannot split " + Names.count(worldSize, "rank")
                    + " into partition groups of " + partitionGroupSize + ". Choose a divisor.");
        }
    }

    /** A name for a new run: unlike that of any other. */
    public static String newRunId() {
        return UUID.randomUUID().toString().replace("-", "").substring(0, RUN_ID_DIGITS);
    }

    /** Of a run that begins with new parameters. */
    public static Attempt first(int worldSize, int partitionGroupSize) {
        return new Attempt(newRunId(), 0, 0, "", worldSize, partitionGroupSize);
    }

    /** The next one of the run, which begins as this one did. */
    public Attempt again() {
        return new Attempt(runId, number + 1, firstStep, checkpoint, worldSize, partitionGroupSize);
    }

    /** The same from another point. */
    public Attempt from(long step, String itsCheckpoint) {
        return new Attempt(runId, number, step, itsCheckpoint, worldSize, partitionGroupSize);
    }

    /** The same on another number of ranks. */
    public Attempt on(int ranks, int groupSize) {
        return new Attempt(runId, number, firstStep, checkpoint, ranks, groupSize);
    }

    /** Of what this attempt saves when so many steps are done. */
    public CheckpointId id(long step) {
        return new CheckpointId(runId, number, step);
    }

    boolean resumes() {
        return !checkpoint.isEmpty();
    }

    /**
     * Which steps' batches a rank reads first. Where all steps are done it is the last one again: the trained weights are
     * evaluated on its batch.
     *
     * @param steps of the whole run
     */
    public long firstBatch(long steps) {
        return Math.min(firstStep, steps - 1);
    }
}
