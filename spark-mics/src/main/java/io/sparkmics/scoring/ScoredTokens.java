package io.sparkmics.scoring;

import static org.apache.spark.sql.functions.udf;

import io.sparkmics.data.Columns;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** All tokens of a column but the first of each row. */
public record ScoredTokens(String inputCol) implements Scored {

    private static final int MOST_TOKENS = Integer.MAX_VALUE - 8;

    @Override
    public void require(Columns columns) {
        columns.requireTokens(inputCol);
    }

    /** @throws IllegalArgumentException when so many sequences of the model's context are more than an array holds */
    @Override
    public Column loss(StructType frame, ModelSource source, int batchSize) {
        requireFits(batchSize, source.config().context() + 1L);
        return udf(new RowLoss(source, batchSize), DataTypes.DoubleType)
                .withName("loss")
                .apply(new Columns(frame).tokens(inputCol));
    }

    @Override
    public Column tokenCount(StructType frame, ModelSource source) {
        return new Columns(frame).predictedTokens(inputCol);
    }

    private static void requireFits(int batchSize, long length) {
        if (batchSize > MOST_TOKENS / length) {
            throw new IllegalArgumentException("Cannot score batches of " + batchSize + " sequences of " + length
                    + " tokens: they are more than the " + MOST_TOKENS
                    + " that an array holds. Set a smaller batchSize.");
        }
    }
}
