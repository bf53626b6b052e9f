package io.sparkmics.data;

import static org.apache.spark.sql.functions.col;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.UserDefinedType;

/**
 * The columns of a frame: which one a name means, and whether it will do. A name is found by Spark's rule: whatever its case,
 * unless {@code spark.sql.caseSensitive} is set, and a dot in it is a letter like others. Columns that nobody names may be
 * what they like, of equal names too.
 *
 * <p>Collects what is wrong, to be said all at once.
 */
public final class Columns {

    private final StructType schema;
    private final List<String> problems = new ArrayList<>();

    public Columns(StructType schema) {
        this.schema = schema;
    }

    /** There must be one that holds text or token ids. */
    public Columns requireTokens(String name) {
        require("input", name, Columns::holdsTokens, "It must be string, array<int> or array<bigint>.");
        return this;
    }

    /** There must be one that holds text. */
    public Columns requireText(String name) {
        require("input", name, Columns::isText, "It must be string.");
        return this;
    }

    /** There must be one that a row's part can be made of. */
    Columns requireInput(RowColumn column) {
        String role = column.role().name().toLowerCase(Locale.ROOT);
        boolean single = column.input().shape().isEmpty();
        if (column.isTokens()) {
            boolean part = column.role() == RowColumn.Role.PROMPT || column.role() == RowColumn.Role.RESPONSE;
            require(
                    role,
                    column.column(),
                    Columns::holdsTokens,
                    "It must be string, array<int> or array<bigint>"
                            + (part ? "; chat messages must be rendered to text before." : "."));
            requireLargeEnough(column);
        } else if (single) {
            require(role, column.column(), NumericType.class::isInstance, "It must be a number.");
        } else {
            require(
                    role,
                    column.column(),
                    type -> isVector(type) || isNumbers(type),
                    "It must be a vector, array<float> or array<double>.");
        }
        return this;
    }

    /** There must be two that hold prompts and responses. */
    public Columns requireResponses(String promptCol, String responseCol) {
        return requireResponses(RowColumn.responses(promptCol, responseCol, 1, Integer.MAX_VALUE));
    }

    Columns requireResponses(List<RowColumn> promptAndResponse) {
        String prompt = promptAndResponse.get(0).column();
        String response = promptAndResponse.get(1).column();
        if (prompt.isBlank() || response.isBlank()) {
            problems.add("Cannot read prompts and responses: promptCol is '" + prompt + "', and responseCol is '"
                    + response + "'. Set both, or neither.");
            return this;
        }
        promptAndResponse.forEach(this::requireInput);
        if (problems.isEmpty() && isText(prompt) != isText(response)) {
            problems.add("Cannot read the prompts of column '" + prompt + "' and the responses of column '" + response
                    + "': one has text, and the other token ids. Make ids of both with one tokenizer.");
        }
        return this;
    }

    private void requireLargeEnough(RowColumn column) {
        if (isText(column.column()) && column.limit() < ByteTokenizer.VOCABULARY_SIZE) {
            problems.add("Cannot tokenize column '" + column.column() + "' with a vocabulary of " + column.limit()
                    + ": text needs " + ByteTokenizer.VOCABULARY_SIZE
                    + ". Set a larger vocabulary, or tokenize it with a MicsTokenizer.");
        }
    }

    /** There must be one that tells rows for validation. */
    public Columns requireIndicator(String name) {
        require("validation indicator", name, DataTypes.BooleanType::equals, "It must be boolean.");
        return this;
    }

    /** There must be one that holds numbers. */
    public Columns requireNumbers(String role, String name) {
        require(role, name, NumericType.class::isInstance, "It must be a number.");
        return this;
    }

    /** There must be none of these names, and no two of them may be one. */
    public Columns requireNew(String lossCol, String tokenCountCol) {
        if (same(lossCol, tokenCountCol)) {
            problems.add("Cannot add the columns '" + lossCol + "' and '" + tokenCountCol
                    + "': they have one name. Set lossCol and tokenCountCol to different names.");
        }
        for (String name : List.of(lossCol, tokenCountCol)) {
            requireUnused(name, "set lossCol and tokenCountCol to other names");
        }
        return this;
    }

    /** There must be none of this name. */
    public Columns requireNewOutput(String outputCol) {
        requireUnused(outputCol, "set outputCol to another name");
        return this;
    }

    /** There must be none of these names, and no two of them may be one. */
    public Columns requireAllNew(List<String> names) {
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            if (names.subList(0, i).stream().anyMatch(other -> same(name, other))) {
                problems.add("Cannot add two columns named '" + name + "'. Set their params to different names.");
            } else {
                requireUnused(name, "set the param that names it to another name");
            }
        }
        return this;
    }

    private void requireUnused(String name, String remedy) {
        if (!named(name).isEmpty()) {
            problems.add("Cannot add the column '" + name + "': the frame has one of this name. Drop it, or " + remedy
                    + ".");
        }
    }

    /** What is wrong, as sentences for the user; empty when all will do. */
    public List<String> problems() {
        return List.copyOf(problems);
    }

    /** @throws IllegalArgumentException with every problem, one a line */
    public void check() {
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
    }

    /** Whether there is one of this name, and it holds text, which {@link ByteTokenizer} makes ids of. */
    public boolean isText(String name) {
        List<StructField> fields = named(name);
        return fields.size() == 1 && isText(fields.get(0).dataType());
    }

    /**
     * What a model is trained on and scores: the bytes of text as they are, be they UTF-8 or not, and without the text's
     * collation; or ids as array of bigint.
     */
    public Column tokens(String name) {
        return column(name).cast(isText(name) ? DataTypes.BinaryType : DataTypes.createArrayType(DataTypes.LongType));
    }

    /** By its name, which is no path. */
    public static Column column(String name) {
        return col("`" + name.replace("`", "``") + "`");
    }

    /** Of the one column of this name. */
    DataType type(String name) {
        return named(name).get(0).dataType();
    }

    static boolean isVector(DataType type) {
        return type.equals(SQLDataTypes.VectorType());
    }

    private void require(String role, String name, Predicate<DataType> good, String remedy) {
        type(role, name)
                .filter(good.negate())
                .ifPresent(type -> problems.add("Cannot use '" + name + "' as the " + role + " column: its type is "
                        + describe(type) + ". " + remedy));
    }

    private Optional<DataType> type(String role, String name) {
        List<StructField> fields = named(name);
        if (fields.size() == 1) {
            return Optional.of(fields.get(0).dataType());
        }
        problems.add(
                fields.isEmpty()
                        ? "Cannot find the " + role + " column '" + name + "': the columns are "
                                + String.join(", ", schema.fieldNames()) + "."
                        : "Cannot tell which is the " + role + " column '" + name + "': "
                                + fields.stream().map(StructField::name).collect(Collectors.joining(" and "))
                                + " are of this name. Rename all but one of them.");
        return Optional.empty();
    }

    private List<StructField> named(String name) {
        return Arrays.stream(schema.fields())
                .filter(field -> same(field.name(), name))
                .toList();
    }

    private static boolean same(String one, String other) {
        return SQLConf.get().caseSensitiveAnalysis() ? one.equals(other) : one.equalsIgnoreCase(other);
    }

    private static boolean isText(DataType type) {
        return type instanceof StringType;
    }

    private static boolean holdsTokens(DataType type) {
        return isText(type) || isIds(type);
    }

    private static boolean isNumbers(DataType type) {
        return type instanceof ArrayType array && array.elementType() instanceof NumericType;
    }

    private static boolean isIds(DataType type) {
        return type instanceof ArrayType array
                && (array.elementType().equals(DataTypes.IntegerType)
                        || array.elementType().equals(DataTypes.LongType));
    }

    /** As Spark writes it, but a vector is called a vector, not by the fields that it is kept in. */
    private static String describe(DataType type) {
        if (type instanceof UserDefinedType<?> own) {
            return own.typeName();
        }
        return type instanceof ArrayType array ? "array<" + describe(array.elementType()) + ">" : type.simpleString();
    }
}
