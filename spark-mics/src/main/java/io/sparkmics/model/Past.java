package io.sparkmics.model;

import org.bytedeco.pytorch.Tensor;

/**
 * What earlier passes over the same sequences have left for this one, which brings the tokens behind theirs: so text is
 * generated without computing again what stands before. There is none in training and scoring.
 */
public interface Past {

    /** Where in its sequence each token of this pass stands, from 0: int64 [b, t]. */
    Tensor positions();

    /**
     * Attention over all tokens up to this pass's, whose keys and values are kept for the next pass.
     *
     * @param query [b, heads, t, d]
     * @param key [b, heads of keys, t, d]
     * @param site unique in the model
     * @return [b, heads, t, d]
     */
    Tensor attend(Tensor query, Tensor key, Tensor value, String site);
}
