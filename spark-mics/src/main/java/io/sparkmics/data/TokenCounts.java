package io.sparkmics.data;

import java.io.Serializable;
import java.util.Locale;

/**
 * What a DataFrame holds. Tokens include the end of text behind each document, where one is set.
 *
 * @param context how many tokens a sequence predicts
 * @param nullRows rows without a document: skipped
 * @param emptyDocuments documents without a token: skipped
 */
public record TokenCounts(
        int context,
        long trainingDocuments,
        long trainingTokens,
        long validationDocuments,
        long validationTokens,
        long nullRows,
        long emptyDocuments)
        implements Serializable {

    /** Whole sequences to train on, N: one epoch. */
    public long trainingSequences() {
        return training().whole();
    }

    /** Tokens behind the last whole training sequence: left out, fewer than one sequence. */
    public long trainingTail() {
        return training().tail();
    }

    /** Sequences to evaluate; the last one may be shorter, and is padded. */
    public long validationSequences() {
        return validation().withTail();
    }

    /**
     * @throws IllegalArgumentException when the data has fewer training sequences than one global batch
     */
    public void requireGlobalBatch(int globalBatchSize) {
        if (trainingSequences() < globalBatchSize) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "Cannot fill a global batch of %,d sequences: %,d training documents with %,d tokens give %,d sequences"
                            + " of context %,d. Give more data, or set a smaller global batch size or context.",
                    globalBatchSize,
                    trainingDocuments,
                    trainingTokens,
                    trainingSequences(),
                    context));
        }
    }

    /**
     * All of it in a sentence or two, for the user.
     *
     * @param leftOverSequences that training leaves at the end of its epochs
     */
    public String describe(long leftOverSequences) {
        String text = String.format(
                Locale.ROOT,
                "%,d training documents, %,d tokens, %,d sequences of context %,d",
                trainingDocuments,
                trainingTokens,
                trainingSequences(),
                context);
        if (validationDocuments > 0) {
            text += String.format(
                    Locale.ROOT,
                    "; %,d validation documents, %,d tokens, %,d sequences",
                    validationDocuments,
                    validationTokens,
                    validationSequences());
        }
        return text
                + String.format(
                        Locale.ROOT,
                        ". Left out: %,d null rows, %,d empty documents, %,d tokens behind the last training sequence,"
                                + " %,d sequences behind the last global batch.",
                        nullRows,
                        emptyDocuments,
                        trainingTail(),
                        leftOverSequences);
    }

    Packing training() {
        return new Packing(context, trainingTokens);
    }

    Packing validation() {
        return new Packing(context, validationTokens);
    }
}
