package io.sparkmics.data;

import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.xxhash64;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/** The rows of the user's DataFrame as documents: the one order that they are read in. */
final class Documents {

    /** Columns of the canonical rows: the document as binary or array of bigint, then the validation indicator. */
    static final int DOCUMENT = 0;

    static final int VALIDATION = 1;

    private Documents() {}

    static List<String> problems(StructType schema, DataSettings settings) {
        Columns columns = new Columns(schema).requireTokens(settings.inputCol());
        settings.validationIndicatorCol().ifPresent(columns::requireIndicator);
        List<String> problems = new ArrayList<>(columns.problems());
        boolean text = columns.isText(settings.inputCol());
        if (text && settings.vocabularySize() < ByteTokenizer.VOCABULARY_SIZE) {
            problems.add("Cannot tokenize column '" + settings.inputCol() + "' with a vocabulary of "
                    + settings.vocabularySize() + ": text needs " + ByteTokenizer.VOCABULARY_SIZE
                    + ". Set a larger vocabulary.");
        } else {
            settings.endOfText().ifPresent(id -> endOfText(id, text, settings, problems));
        }
        return problems;
    }

    private static void endOfText(int id, boolean text, DataSettings settings, List<String> problems) {
        String what = "Cannot end the rows of column '" + settings.inputCol() + "' with token " + id + ": ";
        if (text && id != ByteTokenizer.END_OF_TEXT) {
            problems.add(what + "the column is text, which the built-in tokenizer ends with "
                    + ByteTokenizer.END_OF_TEXT + ". Leave endOfTextId unset, or tokenize the text and train on ids.");
        } else if (id < 0 || id >= settings.vocabularySize()) {
            problems.add(what + "ids are from 0 to " + (settings.vocabularySize() - 1) + ", as the vocabulary size is "
                    + settings.vocabularySize() + ". Set another endOfTextId, or a larger vocabulary.");
        }
    }

    /**
     * Sorted by a seeded hash of the content, then by the content: the order of rows changes with cores, partitions and
     * shuffles, their content does not. Text is compared as bytes and ids as bigint, so neither a collation nor the width
     * of the ids matters.
     */
    static Dataset<Row> inCanonicalOrder(Dataset<Row> frame, DataSettings settings) {
        Column document = new Columns(frame.schema()).tokens(settings.inputCol());
        Column validation =
                settings.validationIndicatorCol().map(Columns::column).orElse(lit(false));
        return frame.select(
                        document.as("document"),
                        validation.as("validation"),
                        xxhash64(lit(settings.seed()), document).as("hash"))
                .orderBy("hash", "document", "validation");
    }
}
