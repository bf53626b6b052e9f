package io.sparkmics.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class GradientBucketTest {

    /** As of a language model: two units of the embedding, three blocks, and a head that reads the embedding again. */
    private static final List<List<Integer>> STAGES =
            List.of(List.of(0, 1), List.of(2), List.of(3), List.of(4), List.of(5, 0));

    private static final List<Long> SIZES = List.of(100L, 20L, 30L, 30L, 30L, 4L);

    @Test
    void unitsAreMergedInTheOrderInWhichABackwardPassCompletesThem() {
        assertThat(GradientBucket.of(STAGES, SIZES, 33))
                .containsExactly(
                        new GradientBucket(List.of(4, 5), 180, 34),
                        new GradientBucket(List.of(2, 3), 120, 60),
                        new GradientBucket(List.of(0, 1), 0, 120));
    }

    @Test
    void aUnitThatIsLargeEnoughIsABucketOfItsOwn() {
        assertThat(GradientBucket.of(STAGES, SIZES, 1))
                .extracting(GradientBucket::units)
                .containsExactly(List.of(5), List.of(4), List.of(3), List.of(2), List.of(1), List.of(0));
    }

    @Test
    void whatNeverFillsABucketIsOne() {
        assertThat(GradientBucket.of(STAGES, SIZES, Long.MAX_VALUE))
                .containsExactly(new GradientBucket(List.of(0, 1, 2, 3, 4, 5), 0, 214));
    }

    @Test
    void unitsThatAreNotNeighboursInTheShardAreNotMerged() {
        // The first stage uses the unit that lies last.
        assertThat(GradientBucket.of(List.of(List.of(2), List.of(0), List.of(1)), List.of(5L, 6L, 7L), 100))
                .containsExactly(new GradientBucket(List.of(0, 1), 0, 11), new GradientBucket(List.of(2), 11, 7));
    }

    @Test
    void aModelWithoutUnitsHasNoBuckets() {
        assertThat(GradientBucket.of(List.of(List.of()), List.of(), 1)).isEmpty();
    }
}
