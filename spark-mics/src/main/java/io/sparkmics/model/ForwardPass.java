package io.sparkmics.model;

import org.bytedeco.pytorch.Tensor;

/** One pass of one micro-batch through the stages. */
public interface ForwardPass {

    /**
     * What the first stage was given. Of a stream of tokens int64 [b, t + 1]: what is predicted from the first t of them are the
     * last t. Training always gives t = context; scoring and generating give less where texts are shorter. -1 pads at the end:
     * nothing is predicted there. Of rows it is the first of {@link ModelConfig#inputs()}. Belongs to the engine: neither to be
     * changed nor closed.
     */
    Tensor data();

    /**
     * A column of the rows by its name, [b, ...]: one of {@link ModelConfig#inputs()} or, in the last stage, {@code label},
     * which is int64 [b] where it is a class and else float32 [b], or float64 where that is trained in. There is no label where
     * rows are scored. Belongs to the engine as {@link #data()} does.
     *
     * @throws IllegalArgumentException naming those that there are
     */
    Tensor column(String name);

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
