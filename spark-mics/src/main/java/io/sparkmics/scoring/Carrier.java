package io.sparkmics.scoring;

import java.util.function.UnaryOperator;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.TimestampType;

/**
 * As what a value passes through Java and comes back to the last bit: a string's bytes, which need not be UTF-8; a date's days and
 * a timestamp's microseconds, for Java's calendar has not all of them; a map's entries in their order. Of values within others only
 * the collation comes back.
 *
 * @param type of what passes
 */
record Carrier(DataType type, UnaryOperator<Column> to, UnaryOperator<Column> from) {

    static Carrier of(DataType type) {
        if (type instanceof StringType) {
            return new Carrier(DataTypes.BinaryType, text -> text.cast(DataTypes.BinaryType), UnaryOperator.identity());
        }
        if (type instanceof DateType) {
            return new Carrier(DataTypes.IntegerType, functions::unix_date, functions::date_from_unix_date);
        }
        if (type instanceof TimestampType) {
            return new Carrier(DataTypes.LongType, functions::unix_micros, functions::timestamp_micros);
        }
        if (type instanceof MapType map) {
            StructType entry = new StructType()
                    .add("key", map.keyType(), false)
                    .add("value", map.valueType(), map.valueContainsNull());
            return new Carrier(
                    DataTypes.createArrayType(entry, false), functions::map_entries, functions::map_from_entries);
        }
        return new Carrier(type, UnaryOperator.identity(), UnaryOperator.identity());
    }
}
