package io.sparkmics.model;

import org.bytedeco.pytorch.Tensor;

/** One pass of one micro-batch through the stages. */
public interface ForwardPass {

    /**
     * The tokens, int64 [b, t + 1]: what is predicted from the first t of them are the last t. Training always gives t =
     * context; scoring and generating give less where texts are shorter. -1 pads at the end: nothing is predicted there.
     * Belongs to the engine: neither to be changed nor closed.
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

    /**
     * Random numbers, the same ones whenever they are asked for in the pass, by whichever stage. In training a function of seed,
     * step, slot of the sequence and site alone, as dropout masks are. Elsewhere they do not change from step to step, so that
     * losses can be compared; and where a model scores rows they are a function of the sequence's data and the site.
     *
     * @param site unique in the model; those of dropout are others
     * @param shape of the numbers of one sequence
     * @return float64 [b, ...shape], in [0, 1), on the device of the data
     */
    Tensor uniform(String site, long... shape);
}
