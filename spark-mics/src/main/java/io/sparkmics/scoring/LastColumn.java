package io.sparkmics.scoring;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * The rows of a task, in their order, with other values in the last column. Some batches are read ahead, so that what is computed
 * at once can be of about one length: one at first, for who wants to see a few rows only, then twice as many each time.
 */
final class LastColumn implements Iterator<Row> {

    /** Of each other's lengths, so many batches are much alike; more would only be held in memory. */
    private static final int BATCHES_AHEAD = 16;

    private static final int MOST_ROWS_AHEAD = 4096;

    private final Iterator<Row> rows;
    private final long most;
    private long ahead;
    private final UnaryOperator<List<Object>> replace;
    private final Queue<Row> ready = new ArrayDeque<>();

    /** @param replace the values of some rows by others, which may be null, in the same order */
    LastColumn(Iterator<Row> rows, int batchSize, UnaryOperator<List<Object>> replace) {
        this.rows = rows;
        this.ahead = batchSize;
        this.most = Math.max(batchSize, Math.min(MOST_ROWS_AHEAD, (long) BATCHES_AHEAD * batchSize));
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
        while (read.size() < ahead && rows.hasNext()) {
            Row row = rows.next();
            read.add(row);
            values.add(row.get(row.size() - 1));
        }
        ahead = Math.min(most, 2 * ahead);
        Iterator<Object> replaced = replace.apply(values).iterator();
        read.forEach(row -> ready.add(with(row, replaced.next())));
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
