package io.sparkmics.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryModelTest {

    private static final List<Long> UNITS = List.of(1000L, 600L, 600L, 100L);

    private final MemoryModel model = new MemoryModel(UNITS, Float.BYTES);

    @Test
    void aRankHoldsItsShardsTwoUnitsAndOneGradient() {
        assertThat(model.parameters()).isEqualTo(2300);
        assertThat(model.modelStates(1)).isEqualTo(16 * 2300);
        assertThat(model.modelStates(4)).isEqualTo(16 * 575);
        assertThat(model.gatheredUnits()).isEqualTo(4 * 1600);
        assertThat(model.unitGradient()).isEqualTo(4 * 1000);
        assertThat(model.bytesPerRank(4)).isEqualTo(16 * 575 + 4 * 1600 + 4 * 1000);
    }

    @Test
    void doublePrecisionTakesTwiceAsMuch() {
        MemoryModel twice = new MemoryModel(UNITS, Double.BYTES);

        assertThat(twice.modelStates(4)).isEqualTo(2 * model.modelStates(4));
        assertThat(twice.gatheredUnits()).isEqualTo(2 * model.gatheredUnits());
        assertThat(twice.unitGradient()).isEqualTo(2 * model.unitGradient());
        assertThat(twice.smallestPartitionGroupSize(6, model.bytesPerRank(1))).isEqualTo(3);
        assertThatThrownBy(() -> new MemoryModel(UNITS, 0))
                .hasMessage("Cannot model the memory of elements with 0 bytes: it must be positive.");
    }

    @Test
    void shardsArePaddedUnitByUnit() {
        assertThat(new MemoryModel(List.of(5L, 5L), Float.BYTES).modelStates(4)).isEqualTo(16 * (2 + 2));
        assertThat(new MemoryModel(List.of(5L), Float.BYTES).gatheredUnits()).isEqualTo(4 * 5);
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
                        + " 9,200 bytes each, gathered units 6,400, the gradient of a unit 4,000, together 19,600."
                        + " Use more ranks, more memory per rank or smaller units.");
    }

    @Test
    void unitsWithoutParametersAreRefused() {
        assertThatThrownBy(() -> new MemoryModel(List.of(1L, 0L), Float.BYTES))
                .hasMessage("Cannot model the memory of units with sizes [1, 0]: every size must be positive.");
        assertThatThrownBy(() -> new MemoryModel(List.of(), Float.BYTES)).isInstanceOf(IllegalArgumentException.class);
    }
}
