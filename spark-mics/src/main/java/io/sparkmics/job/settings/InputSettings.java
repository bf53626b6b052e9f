package io.sparkmics.job.settings;

import java.io.Serializable;

/**
 * What of the rows is trained on.
 *
 * @param inputCol text, or ready token ids
 * @param validationIndicatorCol true for the rows that are held out; empty: none are
 * @param endOfTextId the token behind every row; {@link #NO_END_OF_TEXT}: the tokenizer's for text, none for ready ids
 */
public record InputSettings(String inputCol, String validationIndicatorCol, int endOfTextId) implements Serializable {

    /** No token is set to end the rows. */
    public static final int NO_END_OF_TEXT = -1;

    void check(Problems problems) {
        if (inputCol.isBlank()) {
            problems.add("Cannot read the rows: inputCol is empty. Name the column of text or token ids.");
        }
    }
}
