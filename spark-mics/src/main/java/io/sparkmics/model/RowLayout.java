package io.sparkmics.model;

import java.util.List;
import java.util.Optional;

/**
 * How a row of 32-bit words becomes tensors: the columns that the model reads one behind the other, then its label. A float
 * is the word of its bits.
 *
 * @param inputs at least one; the first stage gets the first of them
 * @param label what the loss compares with, named {@link #LABEL}; empty where rows are scored
 */
public record RowLayout(List<InputColumn> inputs, Optional<InputColumn> label) {

    /** What stages ask for the label by. */
    public static final String LABEL = "label";

    public RowLayout {
        inputs = List.copyOf(inputs);
        if (inputs.isEmpty()) {
            throw new IllegalArgumentException("Cannot lay out rows without columns. Name at least one.");
        }
    }

    /** Of rows to be scored. */
    public static RowLayout of(List<InputColumn> inputs) {
        return new RowLayout(inputs, Optional.empty());
    }

    /**
     * Of sequences of which only some tokens are predicted: at most context + 1 tokens, and as label what is predicted from each
     * but the last.
     */
    public static RowLayout responses(int context) {
        return new RowLayout(
                List.of(InputColumn.tokens("tokens", context + 1).paddedToLongest()),
                Optional.of(InputColumn.tokens(LABEL, context).paddedToLongest()));
    }

    /** The same with a label behind it: a class, or else a number. */
    public RowLayout labelled(boolean classes) {
        return new RowLayout(inputs, Optional.of(classes ? InputColumn.category(LABEL) : InputColumn.number(LABEL)));
    }

    /** The same where all rows are given in their whole length. */
    public RowLayout paddedToMaxLength() {
        return new RowLayout(inputs.stream().map(RowLayout::padded).toList(), label.map(RowLayout::padded));
    }

    private static InputColumn padded(InputColumn column) {
        return column.with(InputColumn.Padding.MAX_LENGTH);
    }

    /** How many positions a row takes of the columns that are padded to the longest row. */
    public int positions(int[] words) {
        int positions = 0;
        int offset = 0;
        for (InputColumn column : inputs) {
            if (column.isPaddedToLongest()) {
                positions += Rows.longest(words, 1, words.length, offset, column.size());
            }
            offset += column.size();
        }
        return positions;
    }

    /** How many words a row has; what a row may have behind them is not read. */
    public int words() {
        int words = inputs.stream().mapToInt(InputColumn::size).reduce(0, Math::addExact);
        return Math.addExact(words, label.map(InputColumn::size).orElse(0));
    }
}
