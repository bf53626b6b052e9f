package io.sparkmics.scoring;

import io.sparkmics.tokenizer.PretrainedTokenizer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Replaces the last column, a text or ids, by a vector; null where there is no token. Some batches of rows are read ahead and
 * sorted by length, so that what is computed at once is of about one length; they leave in the order that they came in.
 */
record EmbeddedRows(ModelSource source, TextEncoder encoder, int batchSize) implements MapPartitionsFunction<Row, Row> {

    /** Of each other's lengths, so many batches are much alike; more would only be held in memory. */
    private static final int BATCHES_AHEAD = 16;

    private static final int MOST_ROWS_AHEAD = 4096;

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        PretrainedTokenizer tokenizer = encoder.open();
        ModelCache.Lease lease = ModelCache.OF_THIS_PROCESS.acquire(source);
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener) task -> {
            lease.close();
            if (tokenizer != null) {
                tokenizer.close();
            }
        });
        return new Embedded(rows, tokenizer, lease);
    }

    private final class Embedded implements Iterator<Row> {

        private final Iterator<Row> rows;
        private final PretrainedTokenizer tokenizer;
        private final ModelCache.Lease lease;
        private final Deque<Row> done = new ArrayDeque<>();

        Embedded(Iterator<Row> rows, PretrainedTokenizer tokenizer, ModelCache.Lease lease) {
            this.rows = rows;
            this.tokenizer = tokenizer;
            this.lease = lease;
        }

        @Override
        public boolean hasNext() {
            return !done.isEmpty() || rows.hasNext();
        }

        @Override
        public Row next() {
            if (done.isEmpty()) {
                fill();
            }
            return done.remove();
        }

        private void fill() {
            if (!rows.hasNext()) {
                throw new NoSuchElementException("Cannot embed another row: there is none.");
            }
            List<Row> ahead = new ArrayList<>();
            List<int[]> tokens = new ArrayList<>();
            long most = Math.max(batchSize, Math.min(MOST_ROWS_AHEAD, (long) BATCHES_AHEAD * batchSize));
            while (ahead.size() < most && rows.hasNext()) {
                Row row = rows.next();
                ahead.add(row);
                tokens.add(encoder.encode(row.get(row.size() - 1), tokenizer));
            }
            Vector[] vectors = vectors(tokens);
            for (int i = 0; i < vectors.length; i++) {
                done.add(with(ahead.get(i), vectors[i]));
            }
        }

        private Vector[] vectors(List<int[]> tokens) {
            Vector[] vectors = new Vector[tokens.size()];
            List<Integer> byLength = new ArrayList<>();
            for (int i = 0; i < vectors.length; i++) {
                if (tokens.get(i).length > 0) {
                    byLength.add(i);
                }
            }
            byLength.sort(Comparator.comparing(i -> tokens.get(i).length));
            for (int from = 0; from < byLength.size(); from += batchSize) {
                List<Integer> batch = byLength.subList(from, Math.min(from + batchSize, byLength.size()));
                double[][] outputs = lease.model()
                        .outputs(Windows.padded(batch.stream().map(tokens::get).toList()));
                for (int i = 0; i < outputs.length; i++) {
                    vectors[batch.get(i)] = Vectors.dense(outputs[i]);
                }
            }
            return vectors;
        }
    }

    private static Row with(Row row, Vector vector) {
        Object[] values = new Object[row.size()];
        for (int i = 0; i < values.length - 1; i++) {
            values[i] = row.get(i);
        }
        values[values.length - 1] = vector;
        return RowFactory.create(values);
    }
}
