package io.sparkmics.scoring;

import static org.apache.spark.sql.functions.udf;

import io.sparkmics.data.Columns;
import io.sparkmics.data.RowColumn;
import io.sparkmics.data.RowEncoder;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.collection.Iterator;
import scala.collection.Seq;

/** Columns made of what a model predicts of each row; all others stay as they are. */
public final class Predictions {

    /** What a column holds of a row's outputs. */
    private interface Made extends Serializable {
        Object of(double[] outputs);
    }

    /** A column that is added; none where it has no name. */
    public static final class Added {

        private final String name;
        private final DataType type;
        private final Made made;

        private Added(String name, DataType type, Made made) {
            this.name = name;
            this.type = type;
            this.made = made;
        }

        /** All outputs, as they are. */
        public static Added outputs(String name) {
            return new Added(name, SQLDataTypes.VectorType(), Vectors::dense);
        }

        /** The softmax of the outputs. */
        public static Added probabilities(String name) {
            return new Added(name, SQLDataTypes.VectorType(), outputs -> Vectors.dense(softmax(outputs)));
        }

        /** The number of the largest output, the first where there are several; as spark.ml has it, a double. */
        public static Added largest(String name) {
            return new Added(name, DataTypes.DoubleType, outputs -> (double) indexOfLargest(outputs));
        }

        /** One output. */
        public static Added output(String name, int index) {
            return new Added(name, DataTypes.DoubleType, outputs -> outputs[index]);
        }

        private Column of(Column outputs) {
            Made function = made;
            UDF1<Seq<?>, Object> column = values -> values == null ? null : function.of(array(values));
            return udf(column, type).apply(outputs);
        }
    }

    private final List<RowColumn> inputs;
    private final List<Added> added;
    private final int batchSize;

    /** @param batchSize how many rows are computed at once */
    public Predictions(List<RowColumn> inputs, List<Added> added, int batchSize) {
        this.inputs = List.copyOf(inputs);
        this.batchSize = batchSize;
        this.added = added.stream().filter(column -> !column.name.isBlank()).toList();
    }

    /** What is wrong with the columns that are added to a frame, as sentences for the user. */
    public List<String> problems(StructType frame) {
        return new Columns(frame)
                .requireAllNew(added.stream().map(column -> column.name).toList())
                .problems();
    }

    /** The columns of {@link #add}. */
    public StructType schema(StructType frame) {
        StructType schema = frame;
        for (Added column : added) {
            schema = schema.add(column.name, column.type, true);
        }
        return schema;
    }

    /** Lazy, each partition by itself, rows in their order; but of rows whoever asks for has their predictions computed. */
    public Dataset<Row> add(Dataset<Row> frame, ModelSource source) {
        if (added.isEmpty()) {
            return frame;
        }
        RowEncoder encoder = new RowEncoder(inputs);
        return ComputedColumns.add(
                frame,
                encoder.struct(frame.schema()),
                new PredictedRows(source, encoder, batchSize),
                DataTypes.createArrayType(DataTypes.DoubleType),
                true,
                outputs -> added.stream()
                        .map(column -> column.of(outputs).as(column.name))
                        .toList());
    }

    private static double[] array(Seq<?> values) {
        double[] array = new double[values.size()];
        Iterator<?> iterator = values.iterator();
        for (int i = 0; i < array.length; i++) {
            array[i] = (Double) iterator.next();
        }
        return array;
    }

    private static double[] softmax(double[] logits) {
        double largest = Arrays.stream(logits).max().orElse(0);
        double[] weights =
                Arrays.stream(logits).map(logit -> Math.exp(logit - largest)).toArray();
        double sum = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(weight -> weight / sum).toArray();
    }

    private static int indexOfLargest(double[] outputs) {
        int largest = 0;
        for (int i = 1; i < outputs.length; i++) {
            largest = outputs[i] > outputs[largest] ? i : largest;
        }
        return largest;
    }
}
