package io.sparkmics.plan.step;

/**
 * The sizes of a transformer whose feed-forward part is four times as wide as it, with learned positions and a head that is
 * tied to its token embedding: GPT-2's, and as far as a plan goes those of BERT and RoBERTa.
 *
 * @param name what people call it
 * @param layers L
 * @param heads a
 * @param width h
 * @param context s, tokens of a sequence
 * @param vocabularySize V
 */
public record Transformer(String name, int layers, int heads, int width, int context, int vocabularySize) {

    long blockParameters() {
        return (long) width * (12L * width + 13);
    }

    /** All of them. */
    public long parameters() {
        return layers * blockParameters() + (long) width * (vocabularySize + context + 2L);
    }

    public Transformer context(int changed) {
        return new Transformer(name, layers, heads, width, changed, vocabularySize);
    }
}
