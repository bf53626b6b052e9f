package io.sparkmics.model;

import org.bytedeco.pytorch.Tensor;

/** The gathered parameters that a stage may read. */
@FunctionalInterface
public interface Weights {

    /**
     * The parameter in its declared shape. Owned by the engine: valid during the call that it was given to, never to be
     * changed or closed.
     *
     * @throws IllegalArgumentException when none of the stage's units declares it
     */
    Tensor get(String name);

    /**
     * The same with rows of zeros behind it, where it is on a GPU and its rows are no multiple of {@link AlignedRows}: what the
     * projection to a vocabulary multiplies with. What comes out behind the declared rows is to be cut off, as {@link
     * VocabularyProjection} does.
     */
    default Tensor aligned(String name) {
        return VocabularyProjection.alignedOnGpu(get(name));
    }

    /**
     * What a projection has made, with what an adapter adds to it where there is one: a stage calls it behind each of its
     * {@link Model#projections()}.
     *
     * @param projection its name
     * @param input what it was given: of all sequences of the micro-batch, one behind the other
     * @param output what it has made of it
     */
    default Tensor adapted(String projection, Tensor input, Tensor output) {
        return output;
    }
}
