package io.sparkmics.job.settings;

import io.sparkmics.data.DataSettings;
import io.sparkmics.data.RowColumn;
import io.sparkmics.data.TokenData;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.RowLayout;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.types.StructType;

/**
 * What of the rows is trained on.
 *
 * @param inputCol text, or ready token ids
 * @param validationIndicatorCol true for the rows that are held out; empty: none are
 * @param endOfTextId the token behind every row or response; {@link #NO_END_OF_TEXT}: the tokenizer's for text, none for ready
 *     ids; {@link DataSettings#NOTHING}: none for ready ids, responses too
 * @param separateDocuments whether a token of the stream sees nothing of the documents before its own
 * @param rows where rows are sequences of their own, what they are made of: what the model reads, the label, and where there is
 *     one the weight; or a prompt and its response; empty: the input column is one stream
 */
public record InputSettings(
        String inputCol,
        String validationIndicatorCol,
        int endOfTextId,
        boolean separateDocuments,
        List<RowColumn> rows)
        implements Serializable {

    /** No token is set to end the rows. */
    public static final int NO_END_OF_TEXT = -1;

    /** Of a stream. */
    public InputSettings(String inputCol, String validationIndicatorCol, int endOfTextId, boolean separateDocuments) {
        this(inputCol, validationIndicatorCol, endOfTextId, separateDocuments, List.of());
    }

    /** Of rows. */
    public static InputSettings rows(List<RowColumn> rows, String validationIndicatorCol) {
        // A list that travels, whatever the caller's was.
        return new InputSettings("", validationIndicatorCol, NO_END_OF_TEXT, false, List.copyOf(rows));
    }

    /** Whether there is text among what is trained on, which the built-in tokenizer makes ids of. */
    public boolean text(StructType schema) {
        return rows.isEmpty()
                ? TokenData.isText(schema, inputCol)
                : rows.stream().anyMatch(row -> row.input().isTokens() && TokenData.isText(schema, row.column()));
    }

    /** Whether rows are prompts with their responses, which alone are trained on. */
    public boolean responses() {
        return rows.stream().anyMatch(row -> row.role() == RowColumn.Role.RESPONSE);
    }

    /** What rows hold for the model. */
    RowLayout layout(ModelConfig model) {
        if (responses()) {
            RowLayout responses = RowLayout.responses(model.context());
            // A user's own model may be able to compute whole sequences only.
            return BuiltInModels.contains(model) ? responses : responses.paddedToMaxLength();
        }
        return new RowLayout(
                model.inputs(),
                rows.stream()
                        .filter(row -> row.role() == RowColumn.Role.LABEL)
                        .map(RowColumn::input)
                        .findFirst());
    }

    void check(Problems problems) {
        if (rows.isEmpty() && inputCol.isBlank()) {
            problems.add("Cannot read the rows: inputCol is empty. Name the column of text or token ids.");
        }
        if (responses() && !inputCol.isBlank()) {
            problems.add("Cannot train on the stream of column '" + inputCol
                    + "' and on responses at once. Clear inputCol, or promptCol and responseCol.");
        }
        if (responses() && separateDocuments) {
            problems.add("Cannot keep the documents of a stream apart: with promptCol and responseCol each row is a"
                    + " sequence of its own. Leave separateDocuments unset.");
        }
    }
}
