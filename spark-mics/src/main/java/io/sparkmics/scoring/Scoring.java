package io.sparkmics.scoring;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.udf;

import io.sparkmics.data.Columns;
import java.util.UUID;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The two columns that scoring adds to a frame, made of one that it has; all others stay as they are. */
public record Scoring(String inputCol, String lossCol, String tokenCountCol) {

    /** The columns of {@link #add}. */
    public StructType schema(StructType frame) {
        return frame.add(lossCol, DataTypes.DoubleType, true).add(tokenCountCol, DataTypes.LongType, false);
    }

    /**
     * Lazy: what of the result nobody selects is not computed, and a token count takes no model.
     *
     * <p>The loss comes in by an unpivot of one column, which Spark plans as an Expand with one projection, a row for each
     * row. A projection would do if a loss were cheap. But Spark's optimiser copies what a projection computes to wherever a
     * filter on it can be moved, and every row is scored twice; if the function is declared nondeterministic, it moves no
     * filter at all below it, and rows that nobody wants are scored. And rows that the driver holds it projects on the
     * driver, before it looks at what is selected. Through an Expand it moves filters on other columns, and none of the
     * rest happens.
     */
    public Dataset<Row> add(Dataset<Row> frame, ModelSource source, int batchSize) {
        Columns columns = new Columns(frame.schema());
        Column loss = udf(new RowLoss(source, batchSize), DataTypes.DoubleType)
                .withName("loss")
                .apply(columns.tokens(inputCol));
        String unpivoted = "name of the loss " + UUID.randomUUID();
        return frame.unpivot(new Column[] {col("*")}, new Column[] {loss.as(lossCol)}, unpivoted, lossCol)
                .drop(unpivoted)
                .withColumn(tokenCountCol, columns.predictedTokens(inputCol));
    }
}
