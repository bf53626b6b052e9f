package io.sparkmics.scoring;

import io.sparkmics.data.Columns;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The two columns that scoring adds to a frame, made of some that it has; all others stay as they are. */
public record Scoring(Scored scored, String lossCol, String tokenCountCol) {

    /** There must be the columns that are scored, and none of those that are added. */
    public Columns require(StructType frame) {
        Columns columns = new Columns(frame);
        scored.require(columns);
        return columns.requireNew(lossCol, tokenCountCol);
    }

    /** The columns of {@link #add}. */
    public StructType schema(StructType frame) {
        return frame.add(lossCol, DataTypes.DoubleType, true).add(tokenCountCol, DataTypes.LongType, false);
    }

    /** Lazy: what of the result nobody selects is not computed, see {@link OncePerRow}, and a token count takes no model. */
    public Dataset<Row> add(Dataset<Row> frame, ModelSource source, int batchSize) {
        StructType schema = frame.schema();
        return OncePerRow.add(frame, scored.loss(schema, source, batchSize), lossCol)
                .withColumn(tokenCountCol, scored.tokenCount(schema, source));
    }
}
