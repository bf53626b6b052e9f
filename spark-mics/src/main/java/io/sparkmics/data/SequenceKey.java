package io.sparkmics.data;

import java.io.Serializable;

/**
 * Where a piece of a sequence belongs; the order of keys is the order in which a rank reads.
 *
 * @param step the step that trains on it, or that is done before it is evaluated
 * @param validation whether it is evaluated and not trained on
 * @param slot its place in the global batch, or among all validation sequences
 * @param offset where in the sequence the piece begins
 */
public record SequenceKey(long step, boolean validation, int slot, int offset)
        implements Comparable<SequenceKey>, Serializable {

    @Override
    public int compareTo(SequenceKey other) {
        int order = Long.compare(step, other.step);
        if (order == 0) {
            order = Boolean.compare(validation, other.validation);
        }
        if (order == 0) {
            order = Integer.compare(slot, other.slot);
        }
        return order == 0 ? Integer.compare(offset, other.offset) : order;
    }

    @Override
    public String toString() {
        String sequence = (validation ? "validation sequence " : "slot ") + slot + " of step " + step;
        // Only what is cut out of a stream of tokens is in pieces.
        return offset == 0 ? sequence : sequence + ", from token " + offset;
    }
}
