package io.sparkmics.plan.step;

import io.sparkmics.plan.ActivationModel;
import io.sparkmics.plan.ActivationModel.PerStage;
import io.sparkmics.plan.ElementBytes;
import io.sparkmics.plan.StageActivations;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What our Llama's stages keep and make, tensor by tensor, counted in the code of them and of libtorch's backward passes. In
 * bytes of a token where nothing else is said; letters are those of {@link LlamaSizes}. What a stage makes and does not keep
 * goes when its forward pass is done, not before. Attention is fused, and large vocabularies' logits come in parts.
 *
 * <p>Source: the stages in {@code io.sparkmics.model.llama}.
 */
public record LlamaActivations(LlamaSizes sizes, Recipe recipe) {

    /** Queries, keys and values, each of the latter once for every head that asks it, and what attention makes of them. */
    private static final int ATTENTION_KEPT = 4;

    /** Before its activation and behind it, what that is multiplied by, and the product: each f. */
    private static final int FEED_FORWARD_KEPT = 4;

    /** Gradients of both factors while that of the product, which was kept until then, is still there. */
    private static final int FEED_FORWARD_GRADIENTS = 2;

    /** Of what attention makes, and of queries, keys and values, each q. */
    private static final int ATTENTION_GRADIENTS = 1 + 3;

    /** What is turned, half of it negated, that and the other half together, and both times their cosine and sine. */
    private static final double TURNING = 4.5;

    /** What the two projections into the residual stream make. */
    private static final int PROJECTED = 2;

    private static final int NORMS = 2;

    /** What the engine keeps and makes of it, by the size of the micro-batch. */
    public ActivationModel model() {
        List<PerStage> stages = new ArrayList<>();
        stages.add((sequences, context) -> embedding((double) sequences * context));
        stages.addAll(Collections.nCopies(sizes.layers(), this::block));
        stages.add(loss());
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

    /** What it looks up is kept as numbers, which are longs. */
    private StageActivations embedding(double tokens) {
        double kept = Long.BYTES;
        return new StageActivations(
                tokens * widths(1), tokens * kept, tokens * (kept + widths(1)), tokens * (kept + widths(2)));
    }

    private StageActivations block(int sequences, int context) {
        double tokens = (double) sequences * context;
        double result = tokens * widths(1);
        double attention = tokens
                        * (normKept()
                                + numbers(ATTENTION_KEPT * sizes.asking())
                                + (double) sizes.heads() * elements().atLeastSingle())
                + turned(tokens, context) * rotationKept();
        double feedForward =
                tokens * (normKept() + middleKept() + numbers((double) FEED_FORWARD_KEPT * sizes.feedForwardWidth()));
        double kept = attention + feedForward;
        double passing = tokens * passing() + turned(tokens, context) * rotationPassing();
        // Beside what is kept up to there: in attention, the gradient of the sum between the two parts too.
        double widest = Math.max(
                kept + tokens * numbers((double) FEED_FORWARD_GRADIENTS * sizes.feedForwardWidth()),
                attention + tokens * (widths(1) + numbers(ATTENTION_GRADIENTS * sizes.asking())));
        return new StageActivations(result, kept, kept + passing + result, 2 * result + widest);
    }

    private double passing() {
        boolean shared = sizes.keyValueHeads() < sizes.heads();
        return NORMS * normPassing()
                + (widths(1) - middleKept())
                + widths(PROJECTED)
                + numbers(TURNING * (sizes.asking() + sizes.asked()))
                + (shared ? numbers(2 * sizes.asked()) : 0);
    }

    /** The sum between attention and feed-forward: kept by the norm behind it, which keeps a converted one instead. */
    private double middleKept() {
        return elements().converts() ? 0 : widths(1);
    }

    /** Besides its input: that converted, the vector before and behind its scale, and what it was divided by. */
    private double normKept() {
        return (elements().converts() ? single(sizes.width()) : 0) + widths(2) + single(1);
    }

    /** Squares, their mean, with epsilon too, and the vector before it is converted back. */
    private double normPassing() {
        return single((elements().converts() ? 2.0 : 1.0) * sizes.width() + 2);
    }

    private double single(double count) {
        return count * elements().atLeastSingle();
    }

    /** Positions: the same in all sequences, or in each its own. */
    private double turned(double tokens, int context) {
        return recipe.separateDocuments() ? tokens : context;
    }

    /** Of a position: cosine and sine. */
    private double rotationKept() {
        return numbers(2.0 * sizes.headSize());
    }

    /** Of a position: half of the angles, all of them, and cosine and sine before they are converted. */
    private double rotationPassing() {
        double converted = elements().compute() == Float.BYTES ? 0 : 2;
        return Float.BYTES * (0.5 + 1 + converted) * sizes.headSize();
    }

    private TokenLossActivations loss() {
        return new TokenLossActivations(
                recipe,
                sizes.width(),
                sizes.vocabularySize(),
                new TokenLossActivations.Head(
                        normKept(), normPassing(), 0, (double) sizes.width() * (sizes.vocabularySize() + 1)));
    }
}
