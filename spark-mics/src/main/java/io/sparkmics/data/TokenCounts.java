package io.sparkmics.data;

import java.io.Serializable;
import java.util.Locale;

/**
 * What a DataFrame holds. Tokens include the end of text behind each document, where one is set; of rows that are sequences of
 * their own they are words.
 *
 * @param form of a sequence
 * @param nullRows rows without a document, a prompt or a response: skipped
 * @param emptyDocuments documents or responses without a token: skipped
 * @param withoutRoom prompts behind which there is no room for a response: skipped
 * @param cutOff responses that are cut off
 * @param trainingWeight of all training rows together
 * @param validationWeight of all validation rows together
 */
public record TokenCounts(
        SequenceForm form,
        long trainingDocuments,
        long trainingTokens,
        long validationDocuments,
        long validationTokens,
        long nullRows,
        long emptyDocuments,
        long withoutRoom,
        long cutOff,
        double trainingWeight,
        double validationWeight)
        implements Serializable {

    /** Of a stream of tokens. */
    TokenCounts(
            int context,
            long trainingDocuments,
            long trainingTokens,
            long validationDocuments,
            long validationTokens,
            long nullRows,
            long emptyDocuments) {
        this(
                SequenceForm.stream(context),
                trainingDocuments,
                trainingTokens,
                validationDocuments,
                validationTokens,
                nullRows,
                emptyDocuments,
                0,
                0,
                0,
                0);
    }

    /** How many tokens a sequence predicts, or how many places a row has. */
    public int context() {
        return form.context();
    }

    /**
     * What the training rows weigh in the mean: a row's weight over this is what its loss counts. In single precision, as which
     * it does not depend on the order of the sum.
     */
    double meanWeight() {
        return form.weighted() ? (float) (trainingWeight / trainingDocuments) : 1;
    }

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
        if (trainingSequences() < globalBatchSize && !form.stream()) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "Cannot fill a global batch of %,d rows: there are %,d training rows. Give more data, or set a smaller"
                            + " global batch size.",
                    globalBatchSize,
                    trainingDocuments));
        }
        if (trainingSequences() < globalBatchSize) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "Cannot fill a global batch of %,d sequences: %,d training documents with %,d tokens give %,d sequences"
                            + " of context %,d. Give more data, or set a smaller global batch size or context.",
                    globalBatchSize,
                    trainingDocuments,
                    trainingTokens,
                    trainingSequences(),
                    context()));
        }
    }

    /**
     * All of it in a sentence or two, for the user.
     *
     * @param leftOverSequences that training leaves at the end of its epochs
     */
    public String describe(long leftOverSequences) {
        if (form.responses()) {
            return String.format(
                    Locale.ROOT,
                    "%,d training rows with %,d tokens of responses, %,d validation rows; %,d responses are cut off behind %,d"
                            + " tokens. Left out: %s, %,d rows behind the last global batch.",
                    trainingDocuments,
                    responseTokens(),
                    validationDocuments,
                    cutOff,
                    context() + 1,
                    leftOut(),
                    leftOverSequences);
        }
        if (!form.stream()) {
            return String.format(
                    Locale.ROOT,
                    "%,d training rows, %,d validation rows. Left out: %,d rows behind the last global batch.",
                    trainingDocuments,
                    validationDocuments,
                    leftOverSequences);
        }
        String text = String.format(
                Locale.ROOT,
                "%,d training documents, %,d tokens, %,d sequences of context %,d",
                trainingDocuments,
                trainingTokens,
                trainingSequences(),
                context());
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

    /** How many tokens of training rows are predicted, where rows are prompts and responses. */
    public long responseTokens() {
        return (long) trainingWeight;
    }

    /** Whether rows are prompts with their responses. */
    public boolean responses() {
        return form.responses();
    }

    /** Of prompts and responses, and why. */
    String leftOut() {
        return String.format(
                Locale.ROOT,
                "%,d null rows, %,d rows without a response, %,d rows whose prompt leaves no room for one",
                nullRows,
                emptyDocuments,
                withoutRoom);
    }

    Packing training() {
        return new Packing(form, trainingTokens);
    }

    Packing validation() {
        return new Packing(form, validationTokens);
    }
}
