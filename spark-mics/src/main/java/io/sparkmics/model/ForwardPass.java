package io.sparkmics.model;

import org.bytedeco.pytorch.Tensor;

/** One pass of one micro-batch through the stages. */
public interface ForwardPass {

    /**
     * What the data room made of the rows: for tokens an int64 tensor [b, context + 1]. -1 pads: nothing is predicted
     * there.
     */
    Tensor data();

    /** Whether dropout is on in this pass. */
    boolean training();

    /**
     * Dropout whose mask is a function of seed, step, slot of the sequence, unit and site alone: the same for every world
     * size, group size and micro-batch size, and again when the pass is recomputed. The identity outside training or when
     * the probability is 0.
     *
     * @param tensor its first dimension is the micro-batch
     * @param site unique in the model, the unit's name included
     */
    Tensor dropout(Tensor tensor, double probability, String site);
}
