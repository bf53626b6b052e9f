package io.sparkmics.plan;

/** What keeps documents of one sequence apart, beside activations: a number for each pair of its tokens, for all layers once. */
public final class DocumentMask {

    private DocumentMask() {}

    /** @param element bytes of what is computed with */
    public static long bytes(int sequences, int context, int element) {
        return (long) sequences * context * context * element;
    }
}
