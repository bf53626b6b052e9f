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

    private static final int MOST_TOKENS = Integer.MAX_VALUE - 8;

    /** The columns of {@link #add}. */
    public StructType schema(StructType frame) {
        return frame.add(lossCol, DataTypes.DoubleType, true).add(tokenCountCol, DataTypes.LongType, false);
    }

    /**
     * Lazy: what of the result nobody selects is not computed, and a token count takes no model.
     *
     * <p>The loss comes in by an unpivot of one column: Spark plans that as an Expand with one projection, which gives one
     * row for each row. A plain projection is wrong for a function as expensive as this one. The optimiser copies it into
     * every filter on the loss that it can move below the projection: of four rows, three of which passed, seven were scored,
     * and eleven where the frame was sorted. Declared nondeterministic, the function keeps all filters above it, and rows that
     * another column leaves out are scored. And in both cases rows that the driver holds are scored on the driver while the
     * query is planned, even if nobody selects the loss. Filters on other columns move below an Expand too, those on the loss
     * do not, what is not selected is pruned, and the driver evaluates nothing.
     *
     * @throws IllegalArgumentException when so many sequences of the model's context are more than an array holds
     */
    public Dataset<Row> add(Dataset<Row> frame, ModelSource source, int batchSize) {
        requireFits(batchSize, source.config().context() + 1L);
        Columns columns = new Columns(frame.schema());
        Column loss = udf(new RowLoss(source, batchSize), DataTypes.DoubleType)
                .withName("loss")
                .apply(columns.tokens(inputCol));
        String unpivoted = "name of the loss " + UUID.randomUUID();
        return frame.unpivot(new Column[] {col("*")}, new Column[] {loss.as(lossCol)}, unpivoted, lossCol)
                .drop(unpivoted)
                .withColumn(tokenCountCol, columns.predictedTokens(inputCol));
    }

    private static void requireFits(int batchSize, long length) {
        if (batchSize > MOST_TOKENS / length) {
            throw new IllegalArgumentException("Cannot score batches of " + batchSize + " sequences of " + length
                    + " tokens: they are more than the " + MOST_TOKENS
                    + " that an array holds. Set a smaller batchSize.");
        }
    }
}
