package io.sparkmics.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MemoryModelTest {

    private static final List<Long> UNITS = List.of(1000L, 600L, 600L, 100L);

    private final MemoryModel model = chain(UNITS, Float.BYTES);

    @Test
    void aRankHoldsItsShardsTwoUnitsAndGradientsOnTheirWay() {
        assertThat(model.parameters()).isEqualTo(2300);
        assertThat(model.modelStates(1)).isEqualTo(16 * 2300);
        assertThat(model.modelStates(4)).isEqualTo(16 * 575);
        assertThat(model.gatheredUnits()).isEqualTo(4 * 1600);
        assertThat(model.stageGradients()).isEqualTo(4 * 4 * 1000);
        assertThat(model.bytesPerRank(4)).isEqualTo(16 * 575 + 4 * 1600 + 4 * 4 * 1000);
    }

    @Test
    void doublePrecisionTakesTwiceAsMuch() {
        MemoryModel twice = chain(UNITS, Double.BYTES);

        assertThat(twice.modelStates(4)).isEqualTo(2 * model.modelStates(4));
        assertThat(twice.gatheredUnits()).isEqualTo(2 * model.gatheredUnits());
        assertThat(twice.stageGradients()).isEqualTo(2 * model.stageGradients());
        assertThat(twice.smallestPartitionGroupSize(6, model.bytesPerRank(1))).isEqualTo(6);
        assertThatThrownBy(() -> chain(UNITS, 0))
                .hasMessage("Cannot model the memory of elements with 0 bytes: it must be positive.");
    }

    @Test
    void shardsArePaddedUnitByUnit() {
        assertThat(chain(List.of(5L, 5L), Float.BYTES).modelStates(4)).isEqualTo(16 * (2 + 2));
        assertThat(chain(List.of(5L), Float.BYTES).gatheredUnits()).isEqualTo(4 * 5);
    }

    @Test
    void theSmallestDivisorThatFitsIsTaken() {
        assertThat(model.smallestPartitionGroupSize(6, model.bytesPerRank(1))).isEqualTo(1);
        assertThat(model.smallestPartitionGroupSize(6, model.bytesPerRank(1) - 1))
                .isEqualTo(2);
        assertThat(model.smallestPartitionGroupSize(6, model.bytesPerRank(3))).isEqualTo(3);
        assertThat(model.smallestPartitionGroupSize(6, model.bytesPerRank(4))).isEqualTo(6);
    }

    @Test
    void aModelThatFitsNowhereIsRefusedWithTheArithmetic() {
        assertThatThrownBy(() -> model.smallestPartitionGroupSize(4, 10_000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot fit 2,300 parameters into 10,000 bytes per rank: over 4 ranks the model states take"
                        + " 9,200 bytes each, gathered units 6,400, gradients on their way 16,000, together 31,600."
                        + " Use more ranks, more memory per rank or smaller units.");
    }

    @Test
    void unitsWithoutParametersAreRefused() {
        assertThatThrownBy(() -> chain(List.of(1L, 0L), Float.BYTES))
                .hasMessage("Cannot model the memory of units with sizes [1, 0]: every size must be positive.");
        assertThatThrownBy(() -> chain(List.of(), Float.BYTES)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aUnitThatNeighbouringStagesShareCountsOnce() {
        MemoryModel tied = new MemoryModel(List.of(100L, 10L, 1L), List.of(Set.of(0), Set.of(1), Set.of(2, 0)), 1);
        assertThat(tied.gatheredUnits()).isEqualTo(10 + 1 + 100);
        assertThat(tied.stageGradients()).isEqualTo(4 * 101);
        assertThat(new MemoryModel(List.of(100L, 10L), List.of(Set.of(0), Set.of(0, 1)), 1).gatheredUnits())
                .isEqualTo(110);
    }

    /** A stage for each unit. */
    private static MemoryModel chain(List<Long> unitSizes, int elementBytes) {
        List<Set<Integer>> stages =
                IntStream.range(0, unitSizes.size()).mapToObj(Set::of).toList();
        return new MemoryModel(unitSizes, stages, elementBytes);
    }
}
