package io.sparkmics.scoring;

import io.sparkmics.model.WholeModel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** Reads ahead until a batch is full, so that short rows share one and a long row fills several. */
final class ScoredRows implements Iterator<Row> {

    private final Iterator<Row> rows;
    private final Scoring scoring;
    private final WholeModel model;
    private final Queue<Row> scored = new ArrayDeque<>();

    ScoredRows(Iterator<Row> rows, Scoring scoring, WholeModel model) {
        this.rows = rows;
        this.scoring = scoring;
        this.model = model;
    }

    @Override
    public boolean hasNext() {
        return !scored.isEmpty() || rows.hasNext();
    }

    @Override
    public Row next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        if (scored.isEmpty()) {
            readAhead();
        }
        return scored.remove();
    }

    private void readAhead() {
        List<RowScore> read = new ArrayList<>();
        List<int[]> windows = new ArrayList<>();
        List<RowScore> owners = new ArrayList<>();
        while (rows.hasNext() && windows.size() < scoring.batchSize() && read.size() < scoring.batchSize()) {
            RowScore score = new RowScore(rows.next());
            read.add(score);
            int[] tokens = RowTokens.of(
                    score.row, scoring.column(), scoring.source().config().vocabularySize());
            for (int[] window : Windows.of(tokens, scoring.source().config().context())) {
                windows.add(window);
                owners.add(score);
            }
        }
        for (int from = 0; from < windows.size(); from += scoring.batchSize()) {
            int to = Math.min(from + scoring.batchSize(), windows.size());
            double[] losses = model.losses(Windows.padded(windows.subList(from, to)));
            for (int i = from; i < to; i++) {
                owners.get(i).add(losses[i - from], windows.get(i).length - 1);
            }
        }
        read.forEach(score -> scored.add(score.toRow()));
    }

    /** The loss of a row is the mean over its tokens, whatever windows they were in. */
    private static final class RowScore {

        private final Row row;
        private double loss;
        private long tokens;

        RowScore(Row row) {
            this.row = row;
        }

        void add(double meanLoss, int predicted) {
            loss += meanLoss * predicted;
            tokens += predicted;
        }

        Row toRow() {
            Object[] values = new Object[row.size() + 2];
            for (int i = 0; i < row.size(); i++) {
                values[i] = row.get(i);
            }
            values[row.size()] = tokens == 0 ? null : loss / tokens;
            values[row.size() + 1] = tokens;
            return RowFactory.create(values);
        }
    }
}
