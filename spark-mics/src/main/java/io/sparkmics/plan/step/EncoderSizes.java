package io.sparkmics.plan.step;

/**
 * The sizes of a transformer whose tokens see each other in both directions, and whose layers norm what they have added: BERT's.
 *
 * @param layers of the encoder
 * @param heads a
 * @param width h
 * @param feedForwardWidth f
 * @param vocabularySize V
 * @param activationFromResult whether the gradient of its activation is made of the activation's result, as ReLU's is, and not
 *     of what it was given
 */
public record EncoderSizes(
        int layers, int heads, int width, int feedForwardWidth, int vocabularySize, boolean activationFromResult) {}
