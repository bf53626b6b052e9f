package io.sparkmics.scoring;

import io.sparkmics.tokenizer.PretrainedTokenizer;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.apache.spark.util.TaskCompletionListener;

/** Replaces the last column, a text or ids, by a vector; null where there is no token. */
record EmbeddedRows(ModelSource source, TextEncoder encoder, int batchSize) implements MapPartitionsFunction<Row, Row> {

    /** What it holds, it holds until the task ends. */
    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        PretrainedTokenizer tokenizer = encoder.open();
        if (tokenizer != null) {
            TaskContext.get().addTaskCompletionListener((TaskCompletionListener) ended -> tokenizer.close());
        }
        TaskModel model = new TaskModel(source);
        return new LastColumn(rows, batchSize, values -> vectors(values, tokenizer, model));
    }

    private List<Object> vectors(List<Object> values, PretrainedTokenizer tokenizer, TaskModel model) {
        List<int[]> tokens =
                values.stream().map(value -> encoder.encode(value, tokenizer)).toList();
        Object[] vectors = new Object[tokens.size()];
        int[] lengths = tokens.stream().mapToInt(sequence -> sequence.length).toArray();
        for (List<Integer> batch : LikeLengths.batches(lengths, batchSize)) {
            List<Integer> filled =
                    batch.stream().filter(place -> tokens.get(place).length > 0).toList();
            if (filled.isEmpty()) {
                continue;
            }
            double[][] outputs = model.get()
                    .outputs(Windows.padded(filled.stream().map(tokens::get).toList()));
            for (int i = 0; i < outputs.length; i++) {
                vectors[filled.get(i)] = Vectors.dense(outputs[i]);
            }
        }
        return Arrays.asList(vectors);
    }
}
