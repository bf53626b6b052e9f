package io.sparkmics.engine;

import java.io.Serializable;

/**
 * What the loss of a step is the mean of, and what a token sees of its sequence.
 *
 * @param weightedMean whether a step's loss is the weighted mean over its sequences, as where weights are numbers of tokens;
 *     else it is their weighted sum over how many they are
 * @param separateDocuments whether each document is computed as if it were alone: see {@link
 *     io.sparkmics.model.SeparateDocuments}; else a token sees all those before it in its sequence
 * @param endOfTextId the token that ends a document, where they are separate
 */
public record SequenceSettings(boolean weightedMean, boolean separateDocuments, int endOfTextId)
        implements Serializable {

    /** Of a stream, in whose sequences a token sees all those before it. */
    public static final SequenceSettings STREAM = new SequenceSettings(false, false, -1);

    /** Of responses: their weights are how many tokens they have. */
    public static final SequenceSettings RESPONSES = new SequenceSettings(true, false, -1);

    public SequenceSettings {
        if (separateDocuments && endOfTextId < 0) {
            throw new IllegalArgumentException(
                    "Cannot separate documents: endOfTextId is " + endOfTextId + ", and no token ends them.");
        }
    }

    /** Of a stream whose documents see nothing of each other. */
    public static SequenceSettings separate(int endOfTextId) {
        return new SequenceSettings(false, true, endOfTextId);
    }
}
