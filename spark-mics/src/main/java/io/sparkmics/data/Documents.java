package io.sparkmics.data;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sequence;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The rows of the user's DataFrame as documents: the one order that they are read in. */
final class Documents {

    /** Columns of the canonical rows: the document as bytes, then the validation indicator. */
    static final int DOCUMENT = 0;

    static final int VALIDATION = 1;

    private static final long COPIES_AT_ONCE = 1024;

    private Documents() {}

    static List<String> problems(StructType schema, DataSettings settings) {
        if (!settings.rows().isEmpty()) {
            Columns indicator = new Columns(schema);
            settings.validationIndicatorCol().ifPresent(indicator::requireIndicator);
            List<String> problems = new ArrayList<>(settings.words().problems(schema));
            if (settings.responses() && problems.isEmpty()) {
                endOfResponses(schema, settings, problems);
            }
            problems.addAll(indicator.problems());
            return problems;
        }
        Columns columns = new Columns(schema).requireTokens(settings.inputCol());
        settings.validationIndicatorCol().ifPresent(columns::requireIndicator);
        List<String> problems = new ArrayList<>(columns.problems());
        boolean text = columns.isText(settings.inputCol());
        if (text && settings.vocabularySize() < ByteTokenizer.VOCABULARY_SIZE) {
            problems.add("Cannot tokenize column '" + settings.inputCol() + "' with a vocabulary of "
                    + settings.vocabularySize() + ": text needs " + ByteTokenizer.VOCABULARY_SIZE
                    + ". Set a larger vocabulary.");
        } else {
            settings.endOfText().ifPresent(id -> endOfText(id, text, settings.inputCol(), settings, problems));
        }
        return problems;
    }

    private static void endOfResponses(StructType schema, DataSettings settings, List<String> problems) {
        String response = settings.rows().get(1).column();
        boolean text = new Columns(schema).isText(response);
        settings.endOfText()
                .ifPresentOrElse(
                        id -> endOfText(id, text, response, settings, problems),
                        () -> problems.add("Cannot train on the responses of column '" + response
                                + "': nothing says which token id ends them, and a model must learn to end. Set"
                                + " endOfTextId, to -2 where they end with one of their own, or initialModel to a folder"
                                + " whose config.json has an eos_token_id."));
    }

    private static void endOfText(int id, boolean text, String column, DataSettings settings, List<String> problems) {
        if (id == DataSettings.NOTHING && !text) {
            return;
        }
        String end = id == DataSettings.NOTHING ? "without a token" : "with token " + id;
        String what = "Cannot end the rows of column '" + column + "' " + end + ": ";
        if (text && id != ByteTokenizer.END_OF_TEXT) {
            problems.add(what + "the column is text, which the built-in tokenizer ends with "
                    + ByteTokenizer.END_OF_TEXT + ". Leave endOfTextId unset, or tokenize the text and train on ids.");
        } else if (id < 0 || id >= settings.vocabularySize()) {
            problems.add(what + "ids are from 0 to " + (settings.vocabularySize() - 1) + ", as the vocabulary size is "
                    + settings.vocabularySize() + ". Set another endOfTextId, or a larger vocabulary.");
        }
    }

    /**
     * Sorted by a seeded hash of content and copy, then by the content: the order of rows changes with cores, partitions and
     * shuffles, their content does not. Of c rows with the same document and indicator, copy 1 has the hash h =
     * xxhash64(seed, document) and copy n = 2 to c has xxhash64(h, n), as Spark's function of that name gives them, of
     * bigints and, for text, binary: so copies are spread over the whole order, and it does not matter which of them is
     * which. Hashes ascend as signed numbers. Text is compared as bytes and ids as bigint, so neither a collation nor the
     * width of the ids matters. A row that is a sequence of its own is the binary of its words. Ids are hashed as they are and
     * shuffled as {@link TokenBytes}, which compare alike.
     */
    static Dataset<Row> inCanonicalOrder(Dataset<Row> frame, DataSettings settings) {
        Column tokens = tokens(frame.schema(), settings);
        Column validation =
                settings.validationIndicatorCol().map(Columns::column).orElse(lit(false));
        Column document = isIds(frame.schema(), settings) ? packed(settings) : col("tokens");
        Dataset<Row> counted = frame.select(tokens.as("tokens"), validation.as("validation"))
                .select(
                        document.as("document"),
                        col("validation"),
                        xxhash64(lit(settings.seed()), col("tokens")).as("hash"))
                .groupBy("document", "validation", "hash")
                .count();
        Column hash = col("hash");
        return copies(counted)
                .select(
                        col("document"),
                        col("validation"),
                        when(col("copy").equalTo(1), hash)
                                .otherwise(xxhash64(hash, col("copy")))
                                .as("hash"))
                // As orderBy does, but Spark collects a sample of what ranges are cut by on the driver: hashes, not
                // documents.
                .repartitionByRange(col("hash"))
                .sortWithinPartitions("hash", "document", "validation");
    }

    /** How the bytes of the canonical rows are read. */
    static TokenBytes bytes(StructType schema, DataSettings settings) {
        return isIds(schema, settings) ? TokenBytes.of(settings.vocabularySize()) : TokenBytes.TEXT;
    }

    private static boolean isIds(StructType schema, DataSettings settings) {
        return settings.rows().isEmpty() && !new Columns(schema).isText(settings.inputCol());
    }

    private static Column packed(DataSettings settings) {
        return udf(new PackedIds(settings.vocabularySize()), DataTypes.BinaryType)
                .withName("packed")
                .apply(col("tokens"));
    }

    private static Column tokens(StructType schema, DataSettings settings) {
        if (settings.rows().isEmpty()) {
            return new Columns(schema).tokens(settings.inputCol());
        }
        RowWords encoder = settings.words();
        UDF1<Row, byte[]> words = row -> bytes(encoder, row);
        return udf(words, DataTypes.BinaryType).apply(encoder.struct(schema));
    }

    /** Words, or what is wrong with them: see {@link RowProblem#bytes}. */
    private static byte[] bytes(RowWords encoder, Row row) {
        List<RowProblem> problems = new ArrayList<>();
        int[] words = encoder.encode(row, problems);
        if (!problems.isEmpty()) {
            return RowProblem.bytes(problems);
        }
        ByteBuffer buffer = ByteBuffer.allocate(words.length * Integer.BYTES);
        buffer.asIntBuffer().put(words);
        return buffer.array();
    }

    /** Each row as often as it was counted, numbered from 1; a block at a time, as an array of all numbers may be large. */
    private static Dataset<Row> copies(Dataset<Row> counted) {
        Column last = least(col("count"), col("first").plus(lit(COPIES_AT_ONCE - 1)));
        return counted.withColumn("first", explode(sequence(lit(1L), col("count"), lit(COPIES_AT_ONCE))))
                .withColumn("copy", explode(sequence(col("first"), last)));
    }
}
