package io.sparkmics.data;

import io.sparkmics.model.InputColumn;
import java.io.Serializable;
import java.util.List;

/**
 * Where a column of the model's rows comes from.
 *
 * @param column of the frame
 * @param role what people call it
 * @param input what the model is given
 * @param limit token ids and classes are from 0 to this, exclusive
 */
public record RowColumn(String column, Role role, InputColumn input, int limit) implements Serializable {

    /** What a column is there for. */
    public enum Role {
        FEATURES,
        LABEL,
        PROMPT,
        RESPONSE,
        /** What the row's loss counts: not for the model to see. */
        WEIGHT
    }

    /** The last of a row. */
    public static RowColumn weight(String column) {
        return new RowColumn(column, Role.WEIGHT, InputColumn.number("weight"), 0);
    }

    /**
     * Of rows that are a prompt and its response: each may be as long as both together are at most.
     *
     * @param context how many tokens a sequence predicts
     */
    public static List<RowColumn> responses(String promptCol, String responseCol, int context, int vocabularySize) {
        return List.of(
                new RowColumn(promptCol, Role.PROMPT, InputColumn.tokens("prompt", context + 1), vocabularySize),
                new RowColumn(responseCol, Role.RESPONSE, InputColumn.tokens("response", context + 1), vocabularySize));
    }

    boolean isTokens() {
        return input.isTokens();
    }
}
