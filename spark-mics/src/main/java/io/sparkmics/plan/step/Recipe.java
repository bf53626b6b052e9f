package io.sparkmics.plan.step;

import io.sparkmics.plan.ElementBytes;

/**
 * How it is trained.
 *
 * @param elements bytes of an element of each kind
 * @param recomputed whether a block keeps its input alone and computes the rest again for its backward pass
 * @param fusedAttention whether the scores of all pairs of tokens stay in registers
 */
public record Recipe(ElementBytes elements, boolean recomputed, boolean fusedAttention) {

    /** As the engine does, in mixed precision. */
    public static final Recipe ENGINE = new Recipe(new ElementBytes(4, 2, 4), false, true);

    /** As the engine does, in single precision. */
    public static final Recipe ENGINE_SINGLE = new Recipe(ElementBytes.same(Float.BYTES), false, true);

    /** As was done where MiCS was measured: 16 bytes of states a parameter, and gradients of two bytes in both hops. */
    public static final Recipe ARTICLE = new Recipe(new ElementBytes(4, 2, 2, 2), true, false);
}
