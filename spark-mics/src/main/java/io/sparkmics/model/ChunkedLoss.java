package io.sparkmics.model;

import org.bytedeco.pytorch.Tensor;

/**
 * A last stage whose losses are sums over the positions of a sequence. They can be computed some positions at a time, so that
 * what takes a number for each position and each token of the vocabulary is never whole. Its input is [b, t, ...].
 *
 * <p>In training the engine runs forward and backward pass of one part after another; their gradients add up.
 */
public interface ChunkedLoss extends Stage {

    /**
     * How many positions of each sequence are computed at a time, 1 or more; t or more where that is all of them.
     *
     * @param sequences b
     * @param length t
     */
    long positionsAtATime(long sequences, long length);

    /**
     * What some positions add to the losses: floating point of shape [b]. Depends on the input at these positions only.
     *
     * @param input [b, positions, ...]
     * @param first where they begin in the sequence
     */
    Tensor part(Tensor input, long first, Weights weights, ForwardPass pass);

    /** All parts together. */
    @Override
    default Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
        return LossInParts.forward(this, input, weights, pass);
    }
}
