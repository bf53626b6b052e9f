package io.sparkmics.params;

import java.util.Arrays;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;

/** What the columns of a frame must be. */
public final class Columns {

    private Columns() {}

    /** @throws IllegalArgumentException when the column is neither text nor token ids */
    public static void requireTokens(StructType schema, String name) {
        DataType type = type(schema, name);
        DataType element = type instanceof ArrayType array ? array.elementType() : null;
        if (!(type instanceof StringType)
                && !DataTypes.IntegerType.equals(element)
                && !DataTypes.LongType.equals(element)) {
            throw new IllegalArgumentException("Cannot read tokens from column " + name + ": its type is "
                    + type.catalogString() + ". Make it text (string) or token ids (array of int or bigint).");
        }
    }

    /** @throws IllegalArgumentException when the column cannot tell the rows for validation */
    public static void requireBoolean(StructType schema, String name) {
        DataType type = type(schema, name);
        if (!DataTypes.BooleanType.equals(type)) {
            throw new IllegalArgumentException("Cannot tell the rows for validation by column " + name
                    + ": its type is " + type.catalogString() + ". Make it boolean, true for validation.");
        }
    }

    /**
     * The schema with the columns that scoring adds.
     *
     * @throws IllegalArgumentException when it has one of them already
     */
    public static StructType scored(StructType schema, ScoringParams<?> params) {
        return added(
                added(schema, params.getLossCol(), DataTypes.DoubleType),
                params.getTokenCountCol(),
                DataTypes.LongType);
    }

    private static StructType added(StructType schema, String name, DataType type) {
        if (Arrays.stream(schema.fieldNames()).anyMatch(name::equalsIgnoreCase)) {
            throw new IllegalArgumentException("Cannot add column " + name
                    + ": the frame has one of this name. Drop it, or set lossCol and tokenCountCol to other names.");
        }
        return schema.add(name, type, true);
    }

    private static DataType type(StructType schema, String name) {
        if (!Arrays.asList(schema.fieldNames()).contains(name)) {
            throw new IllegalArgumentException(
                    "Cannot read column " + name + ": the frame has only " + String.join(", ", schema.fieldNames())
                            + ". Set inputCol or validationIndicatorCol to one of these.");
        }
        return schema.apply(name).dataType();
    }
}
