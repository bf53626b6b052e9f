package io.sparkmics.plan;

/**
 * What one stage takes for one micro-batch besides its input, in bytes.
 *
 * @param output its result, which is the next one's input
 * @param kept from its forward pass to its backward pass, besides its result
 * @param forward the most at any moment of its forward pass: its result and what it keeps are in it
 * @param backward the most at any moment of its backward pass: its result, what it has kept and the gradient of its result are
 *     in it, gradients of weights are not
 */
public record StageActivations(double output, double kept, double forward, double backward) {

    public StageActivations {
        if (!(output >= 0 && kept >= 0 && forward >= output && backward >= 0)) {
            throw new IllegalArgumentException("Cannot estimate the activations of a stage with " + output + ", " + kept
                    + ", " + forward + " and " + backward
                    + " bytes: none may be negative, and its result is in the forward pass.");
        }
    }
}
