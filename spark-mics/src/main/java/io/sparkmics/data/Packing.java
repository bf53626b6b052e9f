package io.sparkmics.data;

/**
 * How one long row of tokens is cut into sequences: sequence g has the tokens from {@code g * context} to {@code g * context +
 * context}, inclusive. Neighbours share one token, so every token but the first is predicted exactly once.
 *
 * Rows of words of their own lie one behind the other, and share none.
 *
 * @param tokens the length of the row
 */
record Packing(SequenceForm form, long tokens) {

    /** Tokens of a whole sequence. */
    int length() {
        return form.length();
    }

    /** The whole sequences. */
    long whole() {
        return Math.max(tokens - form.shared(), 0) / form.stride();
    }

    /** The whole sequences and the piece behind them, if it predicts anything. */
    long withTail() {
        return (Math.max(tokens - form.shared(), 0) + form.stride() - 1) / form.stride();
    }

    /** The tokens that no whole sequence has. */
    long tail() {
        return whole() == 0 ? tokens : tokens - whole() * form.stride() - form.shared();
    }

    /** How many tokens sequence g has: fewer than {@link #length()} for the last one, none behind it. */
    int length(long g) {
        return g < withTail() ? (int) Math.min(length(), tokens - g * form.stride()) : 0;
    }
}
