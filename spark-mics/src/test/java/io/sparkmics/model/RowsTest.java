package io.sparkmics.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.bootstrap.machine.NativeLibraries;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RowsTest {

    /** Two texts and a number between them. */
    private static final RowLayout LAYOUT = RowLayout.of(List.of(
            InputColumn.tokens("title", 4).paddedToLongest(),
            InputColumn.category("kind"),
            InputColumn.tokens("body", 3)));

    @BeforeAll
    static void load() {
        NativeLibraries.load();
    }

    /** Shapes and values of whole numbers, by column. */
    private static Map<String, String> tensors(RowLayout layout, int... words) {
        Map<String, String> said = new LinkedHashMap<>();
        Rows.tensors(layout, words, words.length / layout.words(), ScalarType.Float)
                .forEach((name, tensor) -> {
                    try (tensor) {
                        said.put(name, shape(tensor) + Arrays.toString(values(tensor)));
                    }
                });
        return said;
    }

    private static String shape(Tensor tensor) {
        long[] sizes = new long[Math.toIntExact(tensor.dim())];
        Arrays.setAll(sizes, tensor::size);
        return Arrays.toString(sizes);
    }

    private static long[] values(Tensor tensor) {
        long[] values = new long[Math.toIntExact(tensor.numel())];
        new LongPointer(tensor.data_ptr()).get(values);
        return values;
    }

    @Test
    void tokensAreAsManyAsTheLongestRowHasWhereTheModelTakesThat() {
        int[] words = {1, -1, -1, -1, 7, 5, -1, -1, 2, 3, -1, -1, 8, 6, -1, -1};

        assertThat(tensors(LAYOUT, words))
                .containsExactly(
                        Map.entry("title", "[2, 2][1, -1, 2, 3]"),
                        Map.entry("kind", "[2][7, 8]"),
                        Map.entry("body", "[2, 3][5, -1, -1, 6, -1, -1]"));
        assertThat(tensors(LAYOUT.paddedToMaxLength(), words))
                .containsEntry("title", "[2, 4][1, -1, -1, -1, 2, 3, -1, -1]");
    }

    @Test
    void rowsWithoutATokenAreWhole() {
        assertThat(tensors(LAYOUT, -1, -1, -1, -1, 7, 5, -1, -1)).containsEntry("title", "[1, 4][-1, -1, -1, -1]");
    }

    /** Which have one token more than there are to be predicted. */
    @Test
    void responsesLoseThePaddingOfTokensAndTargetsAlike() {
        int[] words = {1, 2, 3, -1, -1, -1, 3, -1, -1, 4, 5, -1, -1, -1, 5, -1, -1, -1};

        assertThat(tensors(RowLayout.responses(4), words))
                .containsExactly(
                        Map.entry("tokens", "[2, 3][1, 2, 3, 4, 5, -1]"), Map.entry("label", "[2, 2][-1, 3, 5, -1]"));
    }

    @Test
    void onlyTokensHaveALongestRow() {
        assertThatThrownBy(() -> InputColumn.number("age").paddedToLongest())
                .hasMessage(
                        "Cannot pad input column age to its longest row: it is of type NUMBERS, and tokens alone are of"
                                + " different lengths. Declare it as tokens.");
    }
}
