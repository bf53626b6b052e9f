package io.sparkmics.plan.step;

import io.sparkmics.plan.ActivationCheckpointing;
import io.sparkmics.plan.ElementBytes;

/**
 * How it is trained.
 *
 * @param elements bytes of an element of each kind
 * @param checkpointing which stages keep their input alone and compute the rest again for their backward pass
 * @param fusedAttention whether the scores of all pairs of tokens stay in registers
 * @param logitsInParts whether large vocabularies' logits are never whole
 * @param dropout whether masks of what embeddings and blocks add to the residual stream are made and kept
 * @param separateDocuments whether a mask of all pairs of tokens keeps documents apart
 * @param alignedHead whether the table of the vocabulary has {@link io.sparkmics.model.AlignedRows}, as on a GPU
 */
public record Recipe(
        ElementBytes elements,
        ActivationCheckpointing checkpointing,
        boolean fusedAttention,
        boolean logitsInParts,
        boolean dropout,
        boolean separateDocuments,
        boolean alignedHead) {

    /** As the engine does on GPUs, in mixed precision. */
    public static final Recipe ENGINE =
            new Recipe(new ElementBytes(4, 2, 4), ActivationCheckpointing.NONE, true, true, false, false, true);

    /** As the engine does on CPUs, in single precision. */
    public static final Recipe ENGINE_SINGLE =
            new Recipe(ElementBytes.same(Float.BYTES), ActivationCheckpointing.NONE, true, true, false, false, false);

    /** As was done where MiCS was measured: 16 bytes of states a parameter, and gradients of two bytes in both hops. */
    public static final Recipe ARTICLE =
            new Recipe(new ElementBytes(4, 2, 2, 2, 2), ActivationCheckpointing.ALL, false, false, false, false, false);

    public Recipe with(ActivationCheckpointing changed) {
        return new Recipe(elements, changed, fusedAttention, logitsInParts, dropout, separateDocuments, alignedHead);
    }

    public Recipe with(ElementBytes changed) {
        return new Recipe(
                changed, checkpointing, fusedAttention, logitsInParts, dropout, separateDocuments, alignedHead);
    }

    public Recipe withSeparateDocuments(boolean changed) {
        return new Recipe(elements, checkpointing, fusedAttention, logitsInParts, dropout, changed, alignedHead);
    }
}
