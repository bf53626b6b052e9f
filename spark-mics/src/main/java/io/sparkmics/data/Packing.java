package io.sparkmics.data;

/**
 * How one long row of tokens is cut into sequences: sequence g has the tokens from {@code g * context} to {@code g * context +
 * context}, inclusive. Neighbours share one token, so every token but the first is predicted exactly once.
 *
 * @param context how many tokens a sequence predicts
 * @param tokens the length of the row
 */
record Packing(int context, long tokens) {

    /** Tokens of a whole sequence. */
    int length() {
        return context + 1;
    }

    /** The whole sequences. */
    long whole() {
        return Math.max(tokens - 1, 0) / context;
    }

    /** The whole sequences and the piece behind them, if it predicts anything. */
    long withTail() {
        return (Math.max(tokens - 1, 0) + context - 1) / context;
    }

    /** The tokens that no whole sequence has. */
    long tail() {
        return whole() == 0 ? tokens : tokens - whole() * context - 1;
    }

    /** How many tokens sequence g has: fewer than {@link #length()} for the last one, none behind it. */
    int length(long g) {
        return g < withTail() ? (int) Math.min(length(), tokens - g * context) : 0;
    }
}
