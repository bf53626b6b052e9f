package io.sparkmics.scoring;

import static org.apache.spark.sql.functions.udf;

import io.sparkmics.data.Columns;
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
     * Lazy: what of the result nobody selects is not computed, see {@link OncePerRow}, and a token count takes no model.
     *
     * @throws IllegalArgumentException when so many sequences of the model's context are more than an array holds
     */
    public Dataset<Row> add(Dataset<Row> frame, ModelSource source, int batchSize) {
        requireFits(batchSize, source.config().context() + 1L);
        Columns columns = new Columns(frame.schema());
        Column loss = udf(new RowLoss(source, batchSize), DataTypes.DoubleType)
                .withName("loss")
                .apply(columns.tokens(inputCol));
        return OncePerRow.add(frame, loss, lossCol).withColumn(tokenCountCol, columns.predictedTokens(inputCol));
    }

    private static void requireFits(int batchSize, long length) {
        if (batchSize > MOST_TOKENS / length) {
            throw new IllegalArgumentException("Cannot score batches of " + batchSize + " sequences of " + length
                    + " tokens: they are more than the " + MOST_TOKENS
                    + " that an array holds. Set a smaller batchSize.");
        }
    }
}
