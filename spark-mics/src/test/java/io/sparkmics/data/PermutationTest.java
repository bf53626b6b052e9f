package io.sparkmics.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class PermutationTest {

    @Property(tries = 300)
    void everyElementGetsAPlaceOfItsOwn(
            @ForAll long seed,
            @ForAll @LongRange(max = 100) long epoch,
            @ForAll @IntRange(min = 1, max = 3000) int size) {
        Permutation permutation = new Permutation(seed, epoch, size);
        BitSet places = new BitSet(size);
        for (int element = 0; element < size; element++) {
            places.set((int) permutation.apply(element));
        }
        assertThat(places.cardinality()).isEqualTo(size);
        assertThat(places.length()).isEqualTo(size);
    }

    @Property
    void hugeSizesStayInRange(@ForAll long seed, @ForAll @LongRange(min = 1) long size) {
        Permutation permutation = new Permutation(seed, 0, size);
        assertThat(permutation.apply(size - 1)).isBetween(0L, size - 1);
        assertThat(permutation.apply(0)).isBetween(0L, size - 1);
    }

    @Test
    void seedAndEpochEachGiveAnotherOrder() {
        assertThat(order(1, 0)).isEqualTo(order(1, 0)).isNotEqualTo(order(1, 1)).isNotEqualTo(order(2, 0));
    }

    private static long[] order(long seed, long epoch) {
        Permutation permutation = new Permutation(seed, epoch, 50);
        return LongStream.range(0, 50).map(permutation::apply).toArray();
    }

    /** Chi-square with 15 degrees of freedom: 50 would be a chance of one in 100,000 for true randomness. */
    @Test
    void anElementIsEquallyLikelyInEveryPlace() {
        for (int element : new int[] {0, 7, 15}) {
            int[] hits = new int[16];
            for (int epoch = 0; epoch < 16_000; epoch++) {
                hits[(int) new Permutation(42, epoch, 16).apply(element)]++;
            }
            double chiSquare = IntStream.of(hits)
                    .mapToDouble(hit -> (hit - 1000.0) * (hit - 1000.0) / 1000.0)
                    .sum();
            assertThat(chiSquare).isLessThan(50);
        }
    }
}
