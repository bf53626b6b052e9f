package io.sparkmics.data;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How rows become sequences.
 *
 * @param inputCol a {@code string} column, tokenized by {@link ByteTokenizer}, or ready ids as {@code array<int>} or {@code
 *     array<bigint>}
 * @param validationIndicatorCol a {@code boolean} column, true for the rows that are not trained on but evaluated
 * @param context how many tokens a sequence predicts
 * @param vocabularySize token ids are from 0 to this, exclusive; at least 1
 * @param seed of the order of the sequences
 * @param endOfText the id that follows every document or response; of text always {@link ByteTokenizer#END_OF_TEXT}; {@link
 *     #NOTHING}: responses of ready ids end as they do; empty: ready ids stand back to back, and of responses it is not said
 * @param rows the columns of rows that are sequences of their own, the weight last, or {@link RowColumn#responses}; empty: what
 *     is in the input column is one stream
 */
public record DataSettings(
        String inputCol,
        Optional<String> validationIndicatorCol,
        int context,
        int vocabularySize,
        long seed,
        OptionalInt endOfText,
        List<RowColumn> rows) {

    /** In the place of an id: no token is put behind responses, which have their end with them. */
    public static final int NOTHING = -2;

    public DataSettings {
        Objects.requireNonNull(inputCol, "inputCol is null");
        Objects.requireNonNull(validationIndicatorCol, "validationIndicatorCol is null");
        if (context < 1 || context == Integer.MAX_VALUE) {
            // A sequence has one token more.
            throw new IllegalArgumentException("Cannot set the context to " + context + ": it is not from 1 to "
                    + (Integer.MAX_VALUE - 1) + ". Set a number in that range.");
        }
        if (vocabularySize < 1) {
            throw new IllegalArgumentException("Cannot set the vocabulary size to " + vocabularySize
                    + ": there is at least one token id, 0. Set a positive number.");
        }
        Objects.requireNonNull(endOfText, "endOfText is null");
        rows = List.copyOf(rows);
    }

    /** Of a stream. */
    public DataSettings(
            String inputCol,
            Optional<String> validationIndicatorCol,
            int context,
            int vocabularySize,
            long seed,
            OptionalInt endOfText) {
        this(inputCol, validationIndicatorCol, context, vocabularySize, seed, endOfText, List.of());
    }

    SequenceForm form() {
        if (rows.isEmpty()) {
            return SequenceForm.stream(context);
        }
        boolean weighted = responses() || rows.get(rows.size() - 1).role() == RowColumn.Role.WEIGHT;
        return new SequenceForm(context, words().words(), weighted, responses());
    }

    /** Whether rows are prompts with their responses. */
    boolean responses() {
        return rows.stream().anyMatch(row -> row.role() == RowColumn.Role.RESPONSE);
    }

    /** What makes words of rows that are sequences of their own. */
    RowWords words() {
        return responses() ? new ResponseEncoder(rows, endOfText.orElse(-1)) : new RowEncoder(rows);
    }

    /** For text, or for ids that end as {@link ByteTokenizer}'s do. */
    public static DataSettings of(
            String inputCol, Optional<String> validationIndicatorCol, int context, int vocabularySize, long seed) {
        return new DataSettings(
                inputCol,
                validationIndicatorCol,
                context,
                vocabularySize,
                seed,
                OptionalInt.of(ByteTokenizer.END_OF_TEXT));
    }
}
