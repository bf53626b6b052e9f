package io.sparkmics.scoring;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.util.TaskCompletionListener;

/** Replaces prompts, which stand in the last column, by what follows them; nulls stay. */
record GeneratedRows(Generation generation) implements MapPartitionsFunction<Row, Row> {

    /** What it holds, it holds until the task ends. */
    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        Prompts prompts = generation.open();
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener) ended -> prompts.close());
        TaskModel model = new TaskModel(generation.source());
        return new LastColumn(rows, generation.settings().batchSize(), values -> generated(values, prompts, model));
    }

    private List<Object> generated(List<Object> values, Prompts prompts, TaskModel model) {
        List<int[]> tokens =
                values.stream().filter(Objects::nonNull).map(prompts::tokens).toList();
        if (tokens.isEmpty()) {
            return values;
        }
        Continuation continuation = new Continuation(
                model.get(), generation.source().config().context(), generation.settings(), prompts::isEnd);
        Iterator<int[]> added = continuation.of(tokens).iterator();
        Iterator<int[]> asked = tokens.iterator();
        List<Object> texts = new ArrayList<>();
        for (Object value : values) {
            texts.add(value == null ? null : prompts.added(asked.next(), added.next()));
        }
        return texts;
    }
}
