package io.sparkmics.scoring;

import io.sparkmics.data.Columns;
import io.sparkmics.model.ModelConfig;
import java.util.List;
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

    /**
     * Lazy, each partition by itself, rows in their order; but of rows whoever asks for has their losses computed.
     *
     * @param batchSize how many sequences are computed at once
     */
    public Dataset<Row> add(Dataset<Row> frame, ModelSource source, int batchSize) {
        StructType schema = frame.schema();
        ModelConfig config = source.config();
        return ComputedColumns.add(
                frame,
                scored.content(schema, config),
                new ScoredRows(source, scored.reader(schema, config), batchSize),
                ScoredRows.TYPE,
                false,
                both -> List.of(
                        both.getField(ScoredRows.LOSS).as(lossCol),
                        both.getField(ScoredRows.TOKEN_COUNT).as(tokenCountCol)));
    }
}
