package io.sparkmics.scoring;

import java.util.Iterator;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.util.TaskCompletionListener;

/** Scores the rows of one partition. The task holds on to the model until it ends. */
public record Scoring(ModelSource source, int column, int batchSize) implements MapPartitionsFunction<Row, Row> {

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        if (!rows.hasNext()) {
            return rows;
        }
        ModelCache.Lease lease = ModelCache.OF_THIS_PROCESS.acquire(source);
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener) context -> lease.close());
        return new ScoredRows(rows, this, lease.model());
    }
}
