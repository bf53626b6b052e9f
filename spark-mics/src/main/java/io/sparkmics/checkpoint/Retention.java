package io.sparkmics.checkpoint;

/**
 * Which checkpoints of a run are kept.
 *
 * @param newest how many, at least one
 * @param everyStep also all whose step is a multiple of this; 0: none
 */
public record Retention(int newest, long everyStep) {

    public Retention {
        if (newest < 1 || everyStep < 0) {
            throw new IllegalArgumentException("Cannot keep the newest " + newest + " checkpoints and every "
                    + everyStep + " steps: the first must be 1 or more, the second 0 or more.");
        }
    }

    /** @param rank 0 of the newest checkpoint */
    boolean keeps(int rank, long step) {
        return rank < newest || everyStep > 0 && step % everyStep == 0;
    }
}
