package io.sparkmics.engine.trial;

import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.model.InputColumn;
import io.sparkmics.model.RowLayout;
import io.sparkmics.model.Rows;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Rows for a {@link ModelTrial} of a model that reads columns.
 *
 * @param limits of token ids and classes, exclusive, by the name of the column
 * @param outputs that a {@link io.sparkmics.model.Predictor} makes of a row
 */
public record MadeUpRows(RowLayout layout, Map<String, Integer> limits, int outputs) {

    private static final int NUMBERS = 7;

    /** Whether how long the rows' tensors are depends on the rows. */
    boolean isPaddedToLongest() {
        return layout.inputs().stream().anyMatch(column -> column.isPaddedToLongest());
    }

    MadeUpRows paddedToMaxLength() {
        return new MadeUpRows(layout.paddedToMaxLength(), limits, outputs);
    }

    /** Numbers from -1 to 1; of ids and classes the largest and the smallest; the end of the last row's tokens is padding. */
    MicroBatch batch(int rows, ScalarType type) {
        return batch(rows, rows - 1, rows, type);
    }

    /** The same, and the end of each row's tokens is padding, of one row more all of them. */
    MicroBatch half(int rows, ScalarType type) {
        return batch(rows + 1, 0, rows, type);
    }

    /**
     * @param firstPadded of the rows whose end is padding
     * @param firstEmpty of those that have no token
     */
    private MicroBatch batch(int rows, int firstPadded, int firstEmpty, ScalarType type) {
        List<InputColumn> columns = new ArrayList<>(layout.inputs());
        layout.label().ifPresent(columns::add);
        int[] words = new int[rows * layout.words()];
        int place = 0;
        for (int row = 0; row < rows; row++) {
            for (InputColumn column : columns) {
                for (int i = 0; i < column.size(); i++) {
                    boolean padded = row >= firstPadded && i > column.size() / 2 || row >= firstEmpty;
                    words[place++] = word(column, row + i, padded);
                }
            }
        }
        return MicroBatch.ofColumns(Rows.tensors(layout, words, rows, type), 0, new int[rows], new double[rows]);
    }

    private int word(InputColumn column, int number, boolean padded) {
        if (column.type() == InputColumn.Type.NUMBERS) {
            return Float.floatToIntBits(2f * (number % NUMBERS) / (NUMBERS - 1) - 1);
        }
        int limit = limits.getOrDefault(column.name(), Integer.MAX_VALUE);
        if (column.isTokens()) {
            return padded ? -1 : limit - 1 - number % limit;
        }
        return limit == Integer.MAX_VALUE ? 0 : limit - 1 - number % limit;
    }
}
