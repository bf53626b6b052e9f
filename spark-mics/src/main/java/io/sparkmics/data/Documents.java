package io.sparkmics.data;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.xxhash64;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;

/** The rows of the user's DataFrame as documents: which columns will do, and the one order that they are read in. */
final class Documents {

    /** Columns of the canonical rows: the document as binary or array of bigint, then the validation indicator. */
    static final int DOCUMENT = 0;

    static final int VALIDATION = 1;

    private Documents() {}

    static List<String> problems(StructType schema, DataSettings settings) {
        List<String> problems = new ArrayList<>();
        typeOf(schema, settings.inputCol(), "input", problems).ifPresent(type -> {
            if (!isText(type) && !isIds(type)) {
                problems.add("Cannot train on column '" + settings.inputCol() + "': its type is " + type.catalogString()
                        + ". It must be string, array<int> or array<bigint>.");
            }
            if (isText(type) && settings.vocabularySize() < ByteTokenizer.VOCABULARY_SIZE) {
                problems.add("Cannot tokenize column '" + settings.inputCol() + "' with a vocabulary of "
                        + settings.vocabularySize() + ": text needs " + ByteTokenizer.VOCABULARY_SIZE
                        + ". Set a larger vocabulary.");
            } else {
                settings.endOfText().ifPresent(id -> endOfText(id, isText(type), settings, problems));
            }
        });
        settings.validationIndicatorCol()
                .ifPresent(name -> typeOf(schema, name, "validation indicator", problems)
                        .ifPresent(type -> {
                            if (!type.equals(DataTypes.BooleanType)) {
                                problems.add("Cannot tell validation rows by column '" + name + "': its type is "
                                        + type.catalogString() + ". It must be boolean.");
                            }
                        }));
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
        Column input = column(settings.inputCol());
        Column document = isText(frame.schema().apply(settings.inputCol()).dataType())
                ? input.cast(DataTypes.BinaryType)
                : input.cast(DataTypes.createArrayType(DataTypes.LongType));
        Column validation =
                settings.validationIndicatorCol().map(Documents::column).orElse(lit(false));
        return frame.select(
                        document.as("document"),
                        validation.as("validation"),
                        xxhash64(lit(settings.seed()), document).as("hash"))
                .orderBy("hash", "document", "validation");
    }

    private static Column column(String name) {
        return col("`" + name.replace("`", "``") + "`");
    }

    static boolean isText(DataType type) {
        return type instanceof StringType;
    }

    private static boolean isIds(DataType type) {
        return type instanceof ArrayType array
                && (array.elementType().equals(DataTypes.IntegerType)
                        || array.elementType().equals(DataTypes.LongType));
    }

    private static Optional<DataType> typeOf(StructType schema, String name, String role, List<String> problems) {
        if (List.of(schema.fieldNames()).contains(name)) {
            return Optional.of(schema.apply(name).dataType());
        }
        problems.add("Cannot find the " + role + " column '" + name + "': the columns are "
                + String.join(", ", schema.fieldNames()) + ".");
        return Optional.empty();
    }
}
