package io.sparkmics.scoring;

import static org.apache.spark.sql.functions.col;

import java.util.UUID;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** A column that is expensive to compute, added so that each row computes it once at most. */
final class OncePerRow {

    private OncePerRow() {}

    /**
     * Lazy: where nobody selects the column, it is not computed.
     *
     * <p>It comes in by an unpivot of one column: Spark plans that as an Expand with one projection, which gives one
     * row for each row. A plain projection is wrong for a function as expensive as a model. The optimiser copies it into
     * every filter on the loss that it can move below the projection: of four rows, three of which passed, seven were scored,
     * and eleven where the frame was sorted. Declared nondeterministic, the function keeps all filters above it, and rows that
     * another column leaves out are scored. And in both cases rows that the driver holds are scored on the driver while the
     * query is planned, even if nobody selects the loss. Filters on other columns move below an Expand too, those on the loss
     * do not, what is not selected is pruned, and the driver evaluates nothing.
     */
    static Dataset<Row> add(Dataset<Row> frame, Column value, String name) {
        String unpivoted = "name of " + name + " " + UUID.randomUUID();
        return frame.unpivot(new Column[] {col("*")}, new Column[] {value.as(name)}, unpivoted, name)
                .drop(unpivoted);
    }
}
