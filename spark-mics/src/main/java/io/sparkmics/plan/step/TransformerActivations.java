package io.sparkmics.plan.step;

import io.sparkmics.plan.ActivationModel;
import io.sparkmics.plan.ActivationModel.PerStage;
import io.sparkmics.plan.StageActivations;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What our Gpt's stages keep and make, tensor by tensor, counted in the code of them and of libtorch's backward passes. In
 * numbers of a token where nothing else is said; h is the width.
 *
 * <p>Source: the stages in {@code io.sparkmics.model}.
 */
record TransformerActivations(Transformer sizes, Recipe recipe) {

    /**
     * Of a block besides its result: two norms' results and the sum between them, queries, keys and values, what attention
     * makes of them, and the feed-forward part's four times width before and behind its activation: (2 + 1 + 3 + 1 + 8) h.
     */
    private static final int BLOCK_KEPT = 15;

    /** Of it, what is freed before the backward pass comes to attention. */
    private static final int FEED_FORWARD_KEPT = 10;

    /** Of the result, and of the widest of the feed-forward part; of the result, and of queries, keys, values and their sum. */
    private static final int GRADIENTS = 1 + 4;

    /** What is dropped or not at the two places where a block adds to the residual stream. */
    private static final int BLOCK_MASKS = 2;

    /**
     * Half-numbers that are kept of each pair of tokens and head: the scores, what they become, and a mask in bytes. Source:
     * Korthikanti et al., "Reducing Activation Recomputation in Large Transformer Models", 2022, section 4.1.
     */
    private static final int PAIR_HALVES = 5;

    /** A norm's mean and deviation of each token, at least single. */
    private static final int NORM_NUMBERS = 2;

    ActivationModel model() {
        List<PerStage> stages = new ArrayList<>();
        stages.add((sequences, context) -> embedding((double) sequences * context));
        stages.addAll(Collections.nCopies(
                sizes.layers(), (sequences, context) -> block((double) sequences * context, context)));
        stages.add(loss());
        return new ActivationModel(stages, recipe.checkpointing());
    }

    private int element() {
        return recipe.elements().compute();
    }

    private int atLeastSingle() {
        return recipe.elements().atLeastSingle();
    }

    /** Bytes of so many widths of a token. */
    private double widths(double count) {
        return count * sizes.width() * element();
    }

    /** What it looks up is kept as numbers, which are longs. */
    private StageActivations embedding(double tokens) {
        double masks = recipe.dropout() ? widths(1) : 0;
        double kept = Long.BYTES + masks;
        double lookedUp = widths(recipe.dropout() ? 2 : 1);
        return new StageActivations(
                tokens * widths(1),
                tokens * kept,
                tokens * (kept + lookedUp + widths(1)),
                tokens * (kept + widths(recipe.dropout() ? 3 : 2)));
    }

    private StageActivations block(double tokens, int context) {
        double masks = recipe.dropout() ? widths(BLOCK_MASKS) : 0;
        double pairs = recipe.fusedAttention()
                ? (double) sizes.heads() * atLeastSingle()
                : (double) PAIR_HALVES * sizes.heads() / 2 * context * element();
        double kept = widths(BLOCK_KEPT) + masks + pairs + 2.0 * NORM_NUMBERS * atLeastSingle();
        // What the two projections into the residual stream make, and the same dropped, goes when the stage is done.
        double passing = widths(recipe.dropout() ? 2 * BLOCK_MASKS : BLOCK_MASKS);
        double feedForward = kept + widths(GRADIENTS);
        double attention = kept - widths(FEED_FORWARD_KEPT) - masks / BLOCK_MASKS + widths(GRADIENTS);
        double pairGradients = recipe.fusedAttention() ? 0 : 2.0 * sizes.heads() * context * element();
        return new StageActivations(
                tokens * widths(1),
                tokens * kept,
                tokens * (kept + passing + widths(1)),
                tokens * (widths(1) + Math.max(feedForward, attention + pairGradients)));
    }

    /** Its norm keeps its result, and the projection to the vocabulary has no weights of its own. */
    private TokenLossActivations loss() {
        double kept = widths(1) + NORM_NUMBERS * atLeastSingle();
        return new TokenLossActivations(
                recipe,
                sizes.width(),
                sizes.vocabularySize(),
                new TokenLossActivations.Head(kept, 0, 0, (double) sizes.width() * (sizes.vocabularySize() + 2)));
    }
}
