package io.sparkmics.scoring;

import java.util.List;
import org.apache.spark.sql.api.java.UDF1;

/**
 * The mean loss of the tokens of one row, null where it predicts none. Each task has its own copy of this object.
 *
 * <p>The windows of one row are computed together, those of several rows are not: an expression sees one row at a time. On a
 * GPT of 1.3 million parameters that takes 1.9 times the processor time of batches of 16 rows where rows have 20 tokens, and
 * 0.85 times it where they have 10 to 410, as no row is padded to the length of another.
 */
final class RowLoss implements UDF1<Object, Double> {

    private static final long serialVersionUID = 1L;

    private final TaskModel model;
    private final int batchSize;

    RowLoss(ModelSource source, int batchSize) {
        this.model = new TaskModel(source);
        this.batchSize = batchSize;
    }

    /** @param content the bytes of a text, or a sequence of ids */
    @Override
    public Double call(Object content) {
        int[] tokens = RowTokens.of(content, model.source().config().vocabularySize());
        List<int[]> windows = Windows.of(tokens, model.source().config().context());
        if (windows.isEmpty()) {
            return null;
        }
        double sum = 0;
        for (int[][] batch : Windows.batches(windows, batchSize)) {
            for (double loss : model.get().losses(batch)) {
                sum += loss * (batch[0].length - 1);
            }
        }
        return sum / (tokens.length - 1);
    }
}
