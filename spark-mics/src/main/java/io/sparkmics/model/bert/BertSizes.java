package io.sparkmics.model.bert;

import java.io.Serializable;

/**
 * The sizes of a BERT's encoder.
 *
 * @param layers 10,000 at most
 * @param heads attention heads; divides {@code width}
 * @param width size of a token's vector
 * @param feedForwardWidth of the feed-forward
 * @param positions that are learned
 * @param vocabularySize number of token ids
 * @param types of tokens that are learned; every token is of the first one
 * @param activation of the feed-forward: {@code gelu}, {@code gelu_new}, {@code gelu_pytorch_tanh} or {@code relu}
 * @param normEpsilon added to the variance
 * @param dropout probability of dropping what embeddings and layers make, in [0, 1); what a token attends to is not dropped, so
 *     that attention stays fused
 */
public record BertSizes(
        int layers,
        int heads,
        int width,
        int feedForwardWidth,
        int positions,
        int vocabularySize,
        int types,
        String activation,
        double normEpsilon,
        double dropout)
        implements Serializable {

    private static final int MOST_LAYERS = 10_000;

    public BertSizes {
        positive("layers", layers);
        positive("heads", heads);
        positive("width", width);
        positive("feedForwardWidth", feedForwardWidth);
        positive("positions", positions);
        positive("vocabularySize", vocabularySize);
        positive("types", types);
        require(layers <= MOST_LAYERS, "layers = " + layers + " must be " + MOST_LAYERS + " at most");
        require(
                Activation.KNOWN.contains(activation),
                "activation = " + activation + " must be one of " + String.join(", ", Activation.KNOWN));
        require(normEpsilon > 0, "normEpsilon = " + normEpsilon + " must be positive");
        require(dropout >= 0 && dropout < 1, "dropout = " + dropout + " must be in [0, 1)");
    }

    static void positive(String name, int value) {
        require(value > 0, name + " = " + value + " must be positive");
    }

    static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("Cannot configure a BERT: " + rule + ".");
        }
    }

    BertSizes layers(int changed) {
        return new BertSizes(
                changed,
                heads,
                width,
                feedForwardWidth,
                positions,
                vocabularySize,
                types,
                activation,
                normEpsilon,
                dropout);
    }

    BertSizes heads(int changed) {
        return new BertSizes(
                layers,
                changed,
                width,
                feedForwardWidth,
                positions,
                vocabularySize,
                types,
                activation,
                normEpsilon,
                dropout);
    }

    BertSizes width(int changed) {
        return new BertSizes(
                layers,
                heads,
                changed,
                4 * changed,
                positions,
                vocabularySize,
                types,
                activation,
                normEpsilon,
                dropout);
    }

    BertSizes positions(int changed) {
        return new BertSizes(
                layers,
                heads,
                width,
                feedForwardWidth,
                changed,
                vocabularySize,
                types,
                activation,
                normEpsilon,
                dropout);
    }

    BertSizes dropout(double changed) {
        return new BertSizes(
                layers,
                heads,
                width,
                feedForwardWidth,
                positions,
                vocabularySize,
                types,
                activation,
                normEpsilon,
                changed);
    }
}
