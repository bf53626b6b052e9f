package io.sparkmics.data;

/**
 * The sequences of one rank in one micro-step, or as many in an evaluation. The arrays are the caller's.
 *
 * @param step the step that trains on it, or that is done before it is evaluated
 * @param slots each sequence's place in the global batch (what dropout is keyed by), or among the validation sequences; -1
 *     for padding
 * @param tokens row-major [b, context + 1]; -1 pads the last validation sequence. Of rows all words, [b, words]
 * @param weights each sequence's part in the mean loss: 1 for a whole sequence, for a padded one the part of its context that
 *     is predicted, for a row its weight over the mean of all training rows' weights, 0 for padding
 */
public record TokenBatch(long step, int[] slots, int[] tokens, double[] weights) {

    /** What stands behind the end of the last validation sequence: nothing is predicted there. */
    public static final int PADDING = -1;

    /** The number of sequences, b. */
    public int size() {
        return slots.length;
    }

    /** Tokens of a sequence, context + 1, or words of a row. */
    public int length() {
        return tokens.length / slots.length;
    }
}
