package io.sparkmics.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryModelTest {

    private final MemoryModel model = new MemoryModel(List.of(1000L, 600L, 600L, 100L));

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
    void shardsArePaddedUnitByUnit() {
        assertThat(new MemoryModel(List.of(5L, 5L)).modelStates(4)).isEqualTo(16 * (2 + 2));
        assertThat(new MemoryModel(List.of(5L)).gatheredUnits()).isEqualTo(4 * 5);
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
        assertThatThrownBy(() -> new MemoryModel(List.of(1L, 0L)))
                .hasMessage("Cannot model the memory of units with sizes [1, 0]: every size must be positive.");
        assertThatThrownBy(() -> new MemoryModel(List.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
