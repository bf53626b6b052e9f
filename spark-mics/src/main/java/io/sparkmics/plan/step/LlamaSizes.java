package io.sparkmics.plan.step;

/**
 * The sizes of a transformer with rotary positions, a gated feed-forward part and several heads that ask the same keys and
 * values: Llama's.
 *
 * @param layers blocks
 * @param heads a, that ask
 * @param keyValueHeads that are asked
 * @param headSize d
 * @param width h
 * @param feedForwardWidth f
 * @param vocabularySize V
 */
public record LlamaSizes(
        int layers, int heads, int keyValueHeads, int headSize, int width, int feedForwardWidth, int vocabularySize) {

    /** q: numbers of a token's queries. */
    double asking() {
        return (double) heads * headSize;
    }

    /** k: numbers of a token's keys, and of its values. */
    double asked() {
        return (double) keyValueHeads * headSize;
    }
}
