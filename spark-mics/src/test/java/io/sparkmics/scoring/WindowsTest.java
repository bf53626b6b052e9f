package io.sparkmics.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class WindowsTest {

    @Property
    void everyTokenButTheFirstIsPredictedOnce(
            @ForAll @IntRange(max = 50) int length, @ForAll @IntRange(min = 1, max = 9) int context) {
        int[] tokens = IntStream.range(0, length).toArray();

        List<int[]> windows = Windows.of(tokens, context);

        assertThat(windows.stream()
                        .flatMapToInt(window -> IntStream.of(window).skip(1))
                        .toArray())
                .isEqualTo(IntStream.range(1, length).toArray());
        assertThat(windows).allSatisfy(window -> assertThat(window).hasSizeBetween(2, context + 1));
    }

    @Test
    void oneTokenPredictsNothing() {
        assertThat(Windows.of(new int[] {7}, 4)).isEmpty();
        assertThat(Windows.of(new int[0], 4)).isEmpty();
    }

    @Test
    void shorterSequencesArePaddedToTheLongest() {
        assertThat(Windows.padded(List.of(new int[] {1, 2}, new int[] {3, 4, 5})))
                .isDeepEqualTo(new int[][] {{1, 2, -1}, {3, 4, 5}});
    }
}
