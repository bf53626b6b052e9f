package io.sparkmics.plan;

/**
 * Bytes of one element, by what it is for.
 *
 * @param states of a master parameter and of a moment
 * @param sums of a summed gradient
 * @param compute of a gathered weight, and of a gradient as the backward pass makes it
 * @param reduction of what hop 1 sums
 * @param replication of what hop 2 sums
 */
public record ElementBytes(int states, int sums, int compute, int reduction, int replication) {

    public ElementBytes {
        if (states < 1 || sums < 1 || compute < 1 || reduction < 1 || replication < 1) {
            throw new IllegalArgumentException("Cannot model the memory of elements with " + states + ", " + sums + ", "
                    + compute + ", " + reduction + " and " + replication + " bytes: all must be positive.");
        }
    }

    /** Gradients kept, and summed by hop 2, in the type of the states. */
    public ElementBytes(int states, int compute, int reduction) {
        this(states, states, compute, reduction, states);
    }

    /** Everything in one type. */
    public static ElementBytes same(int bytes) {
        return new ElementBytes(bytes, bytes, bytes);
    }

    public ElementBytes withReplication(int bytes) {
        return new ElementBytes(states, sums, compute, reduction, bytes);
    }

    /** Of what is computed more precisely than in bfloat16: norms, logits, sums. */
    public int atLeastSingle() {
        return Math.max(Float.BYTES, compute);
    }

    /** Whether what is computed with is converted for that. */
    public boolean converts() {
        return compute < atLeastSingle();
    }

    /** Whether gathers move a copy of the parameters in another type. */
    boolean mixed() {
        return states != compute;
    }
}
