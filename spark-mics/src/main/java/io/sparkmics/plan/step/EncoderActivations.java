package io.sparkmics.plan.step;

import io.sparkmics.plan.ActivationModel;
import io.sparkmics.plan.ActivationModel.PerStage;
import io.sparkmics.plan.ElementBytes;
import io.sparkmics.plan.StageActivations;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What our Bert's stages keep and make, tensor by tensor, counted in the code of them and of libtorch's backward passes. In
 * bytes of a token where nothing else is said; letters are those of {@link EncoderSizes}. What a stage makes and does not keep
 * goes when its forward pass is done, not before. Attention is fused, and large vocabularies' logits come in parts.
 *
 * <p>Source: the stages in {@code io.sparkmics.model.bert}.
 */
public record EncoderActivations(EncoderSizes sizes, Recipe recipe) {

    /** Queries, keys, values and what attention makes of them. */
    private static final int ATTENTION_KEPT = 4;

    /** What both norms are given, and the result of the one between attention and feed-forward. */
    private static final int SUMS_KEPT = 3;

    /** Of the sum behind attention, of what attention makes, and of queries, keys and values. */
    private static final int ATTENTION_GRADIENTS = 1 + 1 + 3;

    /** What the two projections into the residual stream make. */
    private static final int PROJECTED = 2;

    /** Where a layer drops. */
    private static final int DROPS = 2;

    /** A norm's mean and deviation of each token. */
    private static final int NORM_NUMBERS = 2;

    /**
     * Three random numbers; nine bytes and two for each of five special tokens that say which are hidden; and longs: a random
     * token twice, as it is made, the mask, that nothing is to be guessed, and three choices among these.
     */
    private static final int HIDING = 3 * Double.BYTES + 9 + 2 * 5 + 7 * Long.BYTES;

    /** Of one that guesses hidden tokens. */
    public ActivationModel languageModel() {
        double width = sizes.width();
        double vocabulary = sizes.vocabularySize();
        double kept = widths(sizes.activationFromResult() ? 2 : 3) + norms(1);
        double passing = widths(sizes.activationFromResult() ? 1 : 0);
        return model(
                HIDING,
                new TokenLossActivations(
                        recipe,
                        sizes.width(),
                        sizes.vocabularySize(),
                        new TokenLossActivations.Head(
                                kept, passing, HIDING, width * (width + 3) + vocabulary * (width + 1))));
    }

    /** Of one that says something of each sequence. */
    public ActivationModel predictor() {
        return model(0, this::predicted);
    }

    private ActivationModel model(double hiding, PerStage loss) {
        List<PerStage> stages = new ArrayList<>();
        stages.add((sequences, context) -> embedding((double) sequences * context, hiding));
        stages.add((sequences, context) -> embeddingNorm((double) sequences * context));
        stages.addAll(Collections.nCopies(sizes.layers(), (sequences, context) -> layer((double) sequences * context)));
        stages.add(loss);
        return new ActivationModel(stages, recipe.checkpointing());
    }

    private ElementBytes elements() {
        return recipe.elements();
    }

    private double numbers(double count) {
        return count * elements().compute();
    }

    private double widths(double count) {
        return numbers(count * sizes.width());
    }

    private double norms(int count) {
        return (double) count * NORM_NUMBERS * elements().atLeastSingle();
    }

    private double maskKept() {
        return recipe.dropout() ? widths(1) : 0;
    }

    /** What has been dropped, or what it was made of; and the mask, which is made in single precision. */
    private double dropPassing() {
        boolean converted = elements().compute() != Float.BYTES;
        return recipe.dropout() ? widths(1) + (converted ? (double) Float.BYTES * sizes.width() : 0) : 0;
    }

    /** What it looks up is kept as numbers, which are longs; two additions make a tensor each. */
    private StageActivations embedding(double tokens, double hiding) {
        double kept = Long.BYTES;
        return new StageActivations(
                tokens * widths(1), tokens * kept, tokens * (kept + hiding + widths(3)), tokens * (kept + widths(2)));
    }

    private StageActivations embeddingNorm(double tokens) {
        double kept = norms(1) + maskKept();
        // The gradient of its input beside that of its result, and between the two that of what is dropped.
        double gradients = widths(2) + maskKept();
        return new StageActivations(
                tokens * widths(1),
                tokens * kept,
                tokens * (kept + dropPassing() + widths(1)),
                tokens * (kept + widths(1) + gradients));
    }

    private StageActivations layer(double tokens) {
        boolean fromResult = sizes.activationFromResult();
        double wide = numbers(sizes.feedForwardWidth());
        // What is added to the scores of each token.
        double attention = widths(ATTENTION_KEPT)
                + (double) sizes.heads() * elements().atLeastSingle()
                + elements().compute();
        double kept = attention + widths(SUMS_KEPT) + norms(2) + (fromResult ? 1 : 2) * wide + DROPS * maskKept();
        double passing = widths(PROJECTED)
                + (fromResult ? wide : 0)
                + DROPS * dropPassing()
                + 1
                + elements().compute();
        // The last norm's input has gone by then, and a gradient as large has come. The activation's result has gone
        // too, unless gradients are made of it.
        double feedForward = kept + (fromResult ? 2 * wide - maskKept() : wide);
        double widest = Math.max(feedForward, attention + widths(ATTENTION_GRADIENTS));
        return new StageActivations(
                tokens * widths(1),
                tokens * kept,
                tokens * (kept + passing + widths(1)),
                tokens * (widths(2) + widest));
    }

    /** It reads the first token of each sequence; there is a gradient of all. */
    private StageActivations predicted(int sequences, int context) {
        double kept = sequences * (widths(1) + maskKept());
        double forward = kept + sequences * (widths(1) + dropPassing());
        return new StageActivations(0, kept, forward, kept + (double) sequences * context * widths(1));
    }
}
