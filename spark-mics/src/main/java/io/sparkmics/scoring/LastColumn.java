package io.sparkmics.scoring;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import scala.collection.Iterable;

/**
 * The rows of a task, in their order, with other values in the last column. Some batches are read ahead, so that what is computed
 * at once can be of about one length: one at first, for who wants to see a few rows only, then twice as many each time.
 */
final class LastColumn implements Iterator<Row> {

    /** Of so many batches the rows of one are much of one length; more would only be waited for. */
    private static final int BATCHES_AHEAD = 16;

    private static final int MOST_ROWS_AHEAD = 4096;

    /** Of long rows few are held in memory. */
    private static final long MOST_BYTES_AHEAD = 4 << 20;

    /** Of a value, whatever it is. */
    private static final long LEAST_BYTES = 16;

    private final Iterator<Row> rows;
    private final long mostRows;
    private long ahead;
    private final UnaryOperator<List<Object>> replace;
    private final Queue<Row> ready = new ArrayDeque<>();

    /** @param replace the values of some rows by others, which may be null, in the same order */
    LastColumn(Iterator<Row> rows, int batchSize, UnaryOperator<List<Object>> replace) {
        this(rows, batchSize, rowsAhead(batchSize), replace);
    }

    /** How many rows are read ahead where nothing else is said. */
    static long rowsAhead(int batchSize) {
        return Math.min(MOST_ROWS_AHEAD, (long) BATCHES_AHEAD * batchSize);
    }

    /** @param mostRows that are read ahead; a batch if that is more */
    LastColumn(Iterator<Row> rows, int batchSize, long mostRows, UnaryOperator<List<Object>> replace) {
        this.rows = rows;
        this.ahead = batchSize;
        this.mostRows = Math.max(batchSize, mostRows);
        this.replace = replace;
    }

    @Override
    public boolean hasNext() {
        return !ready.isEmpty() || rows.hasNext();
    }

    @Override
    public Row next() {
        if (!hasNext()) {
            throw new NoSuchElementException("Cannot hand on another row: there is none.");
        }
        if (ready.isEmpty()) {
            fill();
        }
        return ready.remove();
    }

    private void fill() {
        List<Row> read = new ArrayList<>();
        List<Object> values = new ArrayList<>();
        long bytes = 0;
        while (read.size() < ahead && bytes < MOST_BYTES_AHEAD && rows.hasNext()) {
            Row row = rows.next();
            read.add(row);
            values.add(row.get(row.size() - 1));
            bytes += bytes(row);
        }
        ahead = Math.min(mostRows, 2 * ahead);
        Iterator<Object> replaced = replace.apply(values).iterator();
        read.forEach(row -> ready.add(with(row, replaced.next())));
    }

    /** About what it takes, with all its columns. */
    private static long bytes(Object value) {
        if (value instanceof Row struct) {
            return IntStream.range(0, struct.size())
                    .mapToLong(i -> bytes(struct.get(i)))
                    .sum();
        }
        if (value instanceof byte[] content) {
            return LEAST_BYTES + content.length;
        }
        if (value instanceof Iterable<?> elements) {
            return LEAST_BYTES + (long) elements.size() * LEAST_BYTES;
        }
        if (value instanceof Vector vector) {
            return LEAST_BYTES + (long) vector.size() * Double.BYTES;
        }
        return LEAST_BYTES + (value instanceof String text ? text.length() : 0);
    }

    private static Row with(Row row, Object last) {
        Object[] values = new Object[row.size()];
        for (int i = 0; i < values.length - 1; i++) {
            values[i] = row.get(i);
        }
        values[values.length - 1] = last;
        return RowFactory.create(values);
    }
}
