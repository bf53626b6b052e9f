package io.sparkmics.model;

import org.bytedeco.pytorch.Tensor;

/**
 * What the tokens of a pass see of those before them, where it is not simply all that stand before them in the pass: in
 * generation also what earlier passes over the same sequences have left, so that nothing is computed again; in training with
 * {@link SeparateDocuments} those of the same document only. There is none in scoring.
 */
public interface Past {

    /** Where in its sequence or document each token of this pass stands, from 0: int64 [b, t]. */
    Tensor positions();

    /**
     * Attention of each token of the pass to itself and to those before it that it sees. Where text is generated, keys and values
     * are kept for the next pass.
     *
     * @param query [b, heads, t, d]
     * @param key [b, heads of keys, t, d]
     * @param site unique in the model
     * @return [b, heads, t, d]
     */
    Tensor attend(Tensor query, Tensor key, Tensor value, String site);
}
