package io.sparkmics.scoring;

import static org.apache.spark.sql.functions.col;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Columns that a model computes of many rows at once; an expression of Spark's sees one. All other columns stay as they are: what
 * Java's objects would lose of them goes around those, see {@link Carrier}.
 */
final class ComputedColumns {

    private ComputedColumns() {}

    /**
     * Lazy, each partition by itself, rows in their order; but of rows whoever asks for is all computed.
     *
     * @param content what a row is computed of
     * @param computed replaces that, as the last column
     * @param type by what
     * @param nullable whether that may be null
     * @param added the columns that are made of it
     */
    static Dataset<Row> add(
            Dataset<Row> frame,
            Column content,
            MapPartitionsFunction<Row, Row> computed,
            DataType type,
            boolean nullable,
            Function<Column, List<Column>> added) {
        StructField[] fields = frame.schema().fields();
        Dataset<Row> numbered = numbered(frame.select(col("*"), content.as("content")));
        List<Column> carried = new ArrayList<>();
        StructType schema = new StructType();
        for (int i = 0; i < fields.length; i++) {
            Carrier carrier = Carrier.of(fields[i].dataType());
            carried.add(carrier.to().apply(name(i)).as(Integer.toString(i)));
            schema = schema.add(Integer.toString(i), carrier.type(), fields[i].nullable());
        }
        carried.add(name(fields.length));
        schema = schema.add(Integer.toString(fields.length), type, nullable);
        Dataset<Row> made =
                numbered.select(carried.toArray(Column[]::new)).mapPartitions(computed, Encoders.row(schema));
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < fields.length; i++) {
            DataType original = fields[i].dataType();
            Column back = Carrier.of(original).from().apply(name(i));
            columns.add(back.cast(original).as(fields[i].name(), fields[i].metadata()));
        }
        columns.addAll(added.apply(name(fields.length)));
        return made.select(columns.toArray(Column[]::new));
    }

    /** Names of a frame may be ambiguous, numbers are not. */
    private static Dataset<Row> numbered(Dataset<Row> frame) {
        return frame.toDF(IntStream.range(0, frame.columns().length)
                .mapToObj(Integer::toString)
                .toArray(String[]::new));
    }

    private static Column name(int number) {
        return col("`" + number + "`");
    }
}
