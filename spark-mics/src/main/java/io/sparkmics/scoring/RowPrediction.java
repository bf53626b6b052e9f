package io.sparkmics.scoring;

import io.sparkmics.data.RowEncoder;
import io.sparkmics.model.RowLayout;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;

/** What the model says of one row: all its outputs. Each task has its own copy of this object. */
final class RowPrediction implements UDF1<Row, double[]> {

    private static final long serialVersionUID = 1L;

    private final TaskModel model;
    private final RowEncoder encoder;

    RowPrediction(ModelSource source, RowEncoder encoder) {
        this.model = new TaskModel(source);
        this.encoder = encoder;
    }

    /** @throws IllegalArgumentException telling all that is wrong with the row */
    @Override
    public double[] call(Row row) {
        int[] words = encoder.encode(row);
        RowLayout layout = RowLayout.of(model.source().config().inputs());
        return model.get().predictions(layout, words, 1)[0];
    }
}
