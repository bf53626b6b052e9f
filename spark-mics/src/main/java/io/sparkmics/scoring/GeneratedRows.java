package io.sparkmics.scoring;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.TaskCompletionListener;

/**
 * The rows of a task, in their order, with what follows their prompts in place of these, which stand in the last column. Reads
 * some batches ahead, so that prompts of like length come together.
 */
final class GeneratedRows implements Iterator<Row> {

    private static final int BATCHES_AHEAD = 16;

    private final Iterator<Row> rows;
    private final int ahead;
    private final Prompts prompts;
    private final Continuation continuation;
    private final Queue<Row> ready = new ArrayDeque<>();

    /** What it holds, it holds until the task ends. */
    GeneratedRows(Generation generation, Iterator<Row> rows) {
        this.rows = rows;
        this.ahead = Math.multiplyExact(BATCHES_AHEAD, generation.settings().batchSize());
        TaskContext task = TaskContext.get();
        Prompts opened = generation.open();
        task.addTaskCompletionListener((TaskCompletionListener) ended -> opened.close());
        ModelCache.Lease lease = ModelCache.OF_THIS_PROCESS.acquire(generation.source());
        task.addTaskCompletionListener((TaskCompletionListener) ended -> lease.close());
        this.prompts = opened;
        this.continuation = new Continuation(
                lease.model(), generation.source().config().context(), generation.settings(), opened::isEnd);
    }

    @Override
    public boolean hasNext() {
        return !ready.isEmpty() || rows.hasNext();
    }

    @Override
    public Row next() {
        if (ready.isEmpty()) {
            generate();
        }
        return ready.remove();
    }

    private void generate() {
        List<Row> read = new ArrayList<>();
        List<int[]> tokens = new ArrayList<>();
        while (read.size() < ahead && rows.hasNext()) {
            Row row = rows.next();
            read.add(row);
            if (prompt(row) != null) {
                tokens.add(prompts.tokens(prompt(row)));
            }
        }
        Iterator<int[]> added = continuation.of(tokens).iterator();
        Iterator<int[]> asked = tokens.iterator();
        for (Row row : read) {
            ready.add(with(row, prompt(row) == null ? null : prompts.added(asked.next(), added.next())));
        }
    }

    private static Object prompt(Row row) {
        return row.get(row.size() - 1);
    }

    private static Row with(Row row, Object generated) {
        Object[] values = new Object[row.size()];
        for (int i = 0; i < values.length - 1; i++) {
            values[i] = row.get(i);
        }
        values[values.length - 1] = generated;
        return RowFactory.create(values);
    }
}
