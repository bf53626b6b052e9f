package io.sparkmics.job.settings;

import java.io.Serializable;

/**
 * When checkpoints are written and where, which of them are kept, and which one the run goes on from.
 *
 * @param interval steps between two checkpoints; {@link #NONE}: none are written
 * @param directory a Hadoop path; empty where checkpoints are neither written nor looked for
 * @param keep how many of the newest are kept
 * @param keepEverySteps those of every so many steps are kept too; 0: the newest only
 * @param resumeFrom the path of one checkpoint; {@link #LATEST}: the newest in the directory; empty: the first step
 */
public record CheckpointSettings(long interval, String directory, int keep, long keepEverySteps, String resumeFrom)
        implements Serializable {

    /** The interval of a run that writes no checkpoints. */
    public static final long NONE = -1;

    /** Goes on from the newest checkpoint, or begins where there is none. */
    public static final String LATEST = "latest";

    /** Whether checkpoints are written. */
    public boolean writes() {
        return interval > 0;
    }

    /** Whether the run goes on from a checkpoint, if there is one. */
    public boolean resumes() {
        return !resumeFrom.isBlank();
    }

    /** Whether that is the newest in the directory. */
    public boolean resumesLatest() {
        return resumeFrom.equals(LATEST);
    }

    /** Whether a directory is needed and none is set. */
    public boolean lacksDirectory() {
        return directory.isBlank() && (writes() || resumesLatest());
    }

    void check(Problems problems) {
        if (interval < 1 && interval != NONE) {
            problems.add(
                    "Cannot write a checkpoint every " + interval + " steps: checkpointInterval is neither positive"
                            + " nor -1. Set a positive number, or -1 to write none.");
        }
        if (lacksDirectory()) {
            directory(problems);
        }
        retention(problems);
    }

    private void directory(Problems problems) {
        if (writes()) {
            problems.add(
                    "Cannot write a checkpoint every " + interval + " steps: checkpointDirectory is empty. Set it to"
                            + " a path that all hosts share, or checkpointInterval to -1 to write none.");
        } else {
            problems.add("Cannot resume from the latest checkpoint: checkpointDirectory is empty. Set it to where"
                    + " checkpoints lie, or resumeFrom to the path of one.");
        }
    }

    private void retention(Problems problems) {
        if (keep < 1) {
            problems.add("Cannot keep the newest " + keep + " checkpoints: a failed run goes on from the newest."
                    + " Set keepCheckpoints to 1 or more.");
        }
        if (keepEverySteps < 0) {
            problems.add("Cannot keep a checkpoint of every " + keepEverySteps + " steps: keepEverySteps is negative."
                    + " Set a positive number, or 0 to keep the newest only.");
        } else if (writes() && keepEverySteps % interval != 0) {
            problems.add("Cannot keep a checkpoint of every " + keepEverySteps + " steps: one is written every "
                    + interval + " steps, so that step " + keepEverySteps + ", the first to keep, has none. Set"
                    + " keepEverySteps to a multiple of checkpointInterval, or 0 to keep the newest only.");
        }
    }
}
