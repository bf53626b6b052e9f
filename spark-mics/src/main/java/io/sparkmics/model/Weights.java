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
}
