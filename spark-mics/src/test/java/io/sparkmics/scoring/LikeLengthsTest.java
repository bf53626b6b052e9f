package io.sparkmics.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LikeLengthsTest {

    @Property
    void everySequenceIsInOneBatch(
            @ForAll @Size(max = 30) List<@IntRange(max = 5) Integer> lengths, @ForAll @IntRange(min = 1) int size) {
        int[] array = lengths.stream().mapToInt(length -> length).toArray();

        for (List<List<Integer>> batches :
                List.of(LikeLengths.batches(array, size), LikeLengths.ofOneLength(array, size))) {
            assertThat(batches.stream().flatMap(List::stream))
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, array.length).boxed().toList());
            assertThat(batches).allMatch(batch -> batch.size() <= size);
        }
    }

    @Test
    void neighboursAreOfAboutOneLengthOrOfOne() {
        int[] lengths = {3, 1, 3, 2, 3, 1};

        assertThat(LikeLengths.batches(lengths, 2)).containsExactly(List.of(1, 5), List.of(3, 0), List.of(2, 4));
        assertThat(LikeLengths.ofOneLength(lengths, 2))
                .containsExactly(List.of(1, 5), List.of(3), List.of(0, 2), List.of(4));
    }
}
