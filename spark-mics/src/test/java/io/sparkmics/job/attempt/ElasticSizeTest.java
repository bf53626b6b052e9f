package io.sparkmics.job.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.job.rank.Attempt;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ElasticSizeTest {

    private static Optional<Attempt> largest(int world, int group, int slots, int global, int micro, int fits) {
        return new ElasticSize(global, micro, size -> size >= fits).largest(Attempt.first(world, group), slots);
    }

    @Test
    void asManyRanksAsTheGlobalBatchCanBeSplitAmong() {
        Attempt attempt = largest(8, 2, 7, 16, 1, 1).orElseThrow();
        assertThat(attempt.worldSize()).isEqualTo(4);
        assertThat(attempt.partitionGroupSize()).isEqualTo(2);
    }

    @Test
    void anotherPartitionGroupSizeWhereTheOldOneDoesNotDivide() {
        assertThat(largest(4, 2, 3, 12, 1, 1).orElseThrow()).satisfies(attempt -> {
            assertThat(attempt.worldSize()).isEqualTo(3);
            assertThat(attempt.partitionGroupSize()).isEqualTo(1);
        });
        assertThat(largest(4, 2, 3, 12, 1, 2).orElseThrow().partitionGroupSize())
                .isEqualTo(3);
    }

    @Test
    void noneWhereAPartWouldNotFit() {
        assertThat(largest(4, 4, 3, 12, 1, 4)).isEmpty();
        assertThat(largest(4, 4, 0, 12, 1, 1)).isEmpty();
    }

    @Property
    void whatIsFoundIsValidAndNoLargerOneIs(
            @ForAll @IntRange(min = 1, max = 16) int world,
            @ForAll @IntRange(max = 16) int slots,
            @ForAll @IntRange(min = 1, max = 64) int global,
            @ForAll @IntRange(min = 1, max = 3) int micro) {
        Optional<Attempt> found = largest(world, world, slots, global, micro, 1);
        int ranks = found.map(Attempt::worldSize).orElse(0);
        assertThat(ranks).isLessThanOrEqualTo(Math.min(slots, world));
        for (int more = ranks + 1; more <= Math.min(slots, world); more++) {
            assertThat(global % (micro * more)).isNotZero();
        }
        found.ifPresent(
                attempt -> assertThat(global % (micro * attempt.worldSize())).isZero());
    }
}
