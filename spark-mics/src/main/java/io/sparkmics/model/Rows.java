package io.sparkmics.model;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Rows of words as tensors, by their {@link RowLayout}. */
public final class Rows {

    private Rows() {}

    /**
     * @param words row-major, equally many a row and at least the layout's
     * @param type of floating point that stages compute in. Labels are never of less than single precision: what is compared
     *     with must not be rounded.
     * @return by name, in the layout's order; the caller's to close
     */
    public static Map<String, Tensor> tensors(RowLayout layout, int[] words, int rows, ScalarType type) {
        int length = words.length / rows;
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        int offset = 0;
        for (InputColumn column : layout.inputs()) {
            tensors.put(column.name(), tensor(column, part(words, rows, length, offset, column), rows, type));
            offset += column.size();
        }
        if (layout.label().isPresent()) {
            InputColumn label = layout.label().get();
            ScalarType exact = type == ScalarType.Double ? type : ScalarType.Float;
            tensors.put(label.name(), tensor(label, part(words, rows, length, offset, label), rows, exact));
        }
        return tensors;
    }

    private static int[] part(int[] words, int rows, int length, int offset, InputColumn column) {
        int size = column.isPaddedToLongest() ? longest(words, rows, length, offset, column.size()) : column.size();
        int[] part = new int[rows * size];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(words, row * length + offset, part, row * size, size);
        }
        return part;
    }

    /** Of the tokens of all rows; their whole length where there are none, which is a length too that a model must take. */
    static int longest(int[] words, int rows, int length, int offset, int size) {
        int longest = size;
        while (longest > 0 && isPadding(words, rows, length, offset + longest - 1)) {
            longest--;
        }
        return longest == 0 ? size : longest;
    }

    private static boolean isPadding(int[] words, int rows, int length, int place) {
        for (int row = 0; row < rows; row++) {
            if (words[row * length + place] >= 0) {
                return false;
            }
        }
        return true;
    }

    /** @param words as many of each row */
    private static Tensor tensor(InputColumn column, int[] words, int rows, ScalarType type) {
        try (PointerScope scope = new PointerScope()) {
            Tensor flat =
                    column.type() == InputColumn.Type.NUMBERS ? floats(words).to(type) : Tokens.tensor(words, rows);
            Tensor shaped = flat.view(shape(column, words.length / rows, rows)).contiguous();
            shaped.retainReference();
            return shaped;
        }
    }

    private static long[] shape(InputColumn column, int each, int rows) {
        if (column.isTokens()) {
            return new long[] {rows, each};
        }
        long[] shape = new long[column.shape().size() + 1];
        Arrays.setAll(shape, dimension -> dimension == 0 ? rows : column.shape().get(dimension - 1));
        return shape;
    }

    private static Tensor floats(int[] words) {
        float[] values = new float[words.length];
        for (int i = 0; i < words.length; i++) {
            values[i] = Float.intBitsToFloat(words[i]);
        }
        return torch.from_blob(
                        new FloatPointer(values), new long[] {values.length}, new TensorOptions(ScalarType.Float))
                .clone();
    }
}
