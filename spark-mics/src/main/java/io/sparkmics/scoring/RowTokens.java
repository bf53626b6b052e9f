package io.sparkmics.scoring;

import io.sparkmics.data.ByteTokenizer;
import java.util.List;
import org.apache.spark.sql.Row;

/** The token ids of one row, checked against the model's vocabulary. */
final class RowTokens {

    private RowTokens() {}

    /** No tokens where the row has null. */
    static int[] of(Row row, int column, int vocabularySize) {
        if (row.isNullAt(column)) {
            return new int[0];
        }
        if (row.get(column) instanceof String text) {
            return checked(ByteTokenizer.encode(text), vocabularySize);
        }
        List<Number> ids = row.getList(column);
        int[] tokens = new int[ids.size()];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = checked(ids.get(i), vocabularySize);
        }
        return tokens;
    }

    static int[] checked(int[] tokens, int vocabularySize) {
        for (int token : tokens) {
            checked(token, vocabularySize);
        }
        return tokens;
    }

    private static int checked(Number id, int vocabularySize) {
        if (id == null || id.longValue() < 0 || id.longValue() >= vocabularySize) {
            throw new IllegalArgumentException("Cannot score token id " + id + ": the model's ids are from 0 to "
                    + (vocabularySize - 1) + ". Make the ids with the tokenizer that the model was trained with.");
        }
        return id.intValue();
    }
}
