package io.sparkmics.scoring;

import io.sparkmics.data.ResponseSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Replaces the last column, which has what is scored of a row, by the mean loss of the tokens that are predicted, null where there
 * are none, and how many those are. Sequences of one length are computed together, of whichever rows they are: so nothing is padded.
 */
record ScoredRows(ModelSource source, Scored.Reader reader, int batchSize) implements MapPartitionsFunction<Row, Row> {

    static final String LOSS = "loss";

    static final String TOKEN_COUNT = "tokenCount";

    static final StructType TYPE =
            new StructType().add(LOSS, DataTypes.DoubleType, true).add(TOKEN_COUNT, DataTypes.LongType, false);

    /** Short rows of one length are seldom neighbours. */
    private static final int ROWS_AHEAD = 4096;

    /** A sequence and the place of its row. */
    private record Part(int row, ResponseSequence sequence) {}

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        TaskModel model = new TaskModel(source);
        return new LastColumn(rows, batchSize, ROWS_AHEAD, values -> losses(values, model));
    }

    private List<Object> losses(List<Object> values, TaskModel model) {
        List<Part> parts = new ArrayList<>();
        for (int row = 0; row < values.size(); row++) {
            for (ResponseSequence sequence : reader.read(values.get(row))) {
                parts.add(new Part(row, sequence));
            }
        }
        double[] sums = new double[values.size()];
        long[] counts = new long[values.size()];
        int[] lengths =
                parts.stream().mapToInt(part -> part.sequence().tokens().length).toArray();
        for (List<Integer> batch : LikeLengths.ofOneLength(lengths, batchSize)) {
            List<Part> together = batch.stream().map(parts::get).toList();
            double[] losses = model.get().losses(tokens(together), targets(together));
            for (int i = 0; i < losses.length; i++) {
                Part part = together.get(i);
                sums[part.row()] += losses[i] * part.sequence().predicted();
                counts[part.row()] += part.sequence().predicted();
            }
        }
        Object[] scored = new Object[sums.length];
        Arrays.setAll(scored, row -> RowFactory.create(counts[row] == 0 ? null : sums[row] / counts[row], counts[row]));
        return Arrays.asList(scored);
    }

    private static int[][] tokens(List<Part> parts) {
        return parts.stream().map(part -> part.sequence().tokens()).toArray(int[][]::new);
    }

    private static int[][] targets(List<Part> parts) {
        return parts.stream().map(part -> part.sequence().targets()).toArray(int[][]::new);
    }
}
