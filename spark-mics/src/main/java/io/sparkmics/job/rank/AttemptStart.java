package io.sparkmics.job.rank;

import io.sparkmics.checkpoint.manifest.CheckpointId;
import java.io.Serializable;

/**
 * Whose attempt it is, and where it begins.
 *
 * @param runId 12 hexadecimal digits
 * @param attempt of the run, from 0
 * @param firstStep how many steps are done already
 * @param checkpoint the folder of the checkpoint that is gone on from; empty: there is none
 */
public record AttemptStart(String runId, int attempt, long firstStep, String checkpoint) implements Serializable {

    public AttemptStart {
        if (firstStep < 0 || (firstStep > 0) == checkpoint.isEmpty()) {
            throw new IllegalArgumentException("Cannot begin behind step " + firstStep + " with the checkpoint '"
                    + checkpoint + "': steps are done where there is a checkpoint, and only there.");
        }
    }

    /** A run's first attempt from its first step. */
    public static AttemptStart first(String runId) {
        return new AttemptStart(runId, 0, 0, "");
    }

    /** Of what this attempt saves after a step. */
    CheckpointId id(long step) {
        return new CheckpointId(runId, attempt, step);
    }

    /**
     * Which steps' batches a rank reads first. Where all steps are done it is the last one again: the trained weights are
     * evaluated on its batch.
     */
    public long firstBatch(long steps) {
        return Math.min(firstStep, steps - 1);
    }

    boolean resumes() {
        return !checkpoint.isEmpty();
    }
}
