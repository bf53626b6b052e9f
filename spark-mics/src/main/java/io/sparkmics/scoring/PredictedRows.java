package io.sparkmics.scoring;

import io.sparkmics.data.RowEncoder;
import io.sparkmics.model.RowLayout;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;

/** Replaces the last column, which has what the model reads of a row, by all its outputs. */
record PredictedRows(ModelSource source, RowEncoder encoder, int batchSize) implements MapPartitionsFunction<Row, Row> {

    private static final int MOST_WORDS = Integer.MAX_VALUE - 8;

    /** A row is all the words that the model may read, however few it has. */
    private static final long MOST_WORDS_AHEAD = 16 << 20;

    PredictedRows {
        if ((long) batchSize * encoder.words() > MOST_WORDS) {
            throw new IllegalArgumentException("Cannot predict batches of " + batchSize + " rows of " + encoder.words()
                    + " numbers: they are more than the " + MOST_WORDS
                    + " that an array holds. Set a smaller batchSize.");
        }
    }

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        TaskModel model = new TaskModel(source);
        long ahead = Math.min(LastColumn.rowsAhead(batchSize), MOST_WORDS_AHEAD / encoder.words());
        return new LastColumn(rows, batchSize, ahead, values -> predictions(values, model));
    }

    /** @throws IllegalArgumentException telling all that is wrong with the first row that cannot be predicted */
    private List<Object> predictions(List<Object> values, TaskModel model) {
        RowLayout layout = RowLayout.of(source.config().inputs());
        int[][] words =
                values.stream().map(value -> encoder.encode((Row) value)).toArray(int[][]::new);
        int[] lengths = Arrays.stream(words).mapToInt(layout::positions).toArray();
        Object[] predictions = new Object[words.length];
        for (List<Integer> batch : LikeLengths.batches(lengths, batchSize)) {
            int[] together = batch.stream()
                    .flatMapToInt(place -> Arrays.stream(words[place]))
                    .toArray();
            double[][] outputs = model.get().predictions(layout, together, batch.size());
            for (int i = 0; i < outputs.length; i++) {
                predictions[batch.get(i)] = outputs[i];
            }
        }
        return Arrays.asList(predictions);
    }
}
