package io.sparkmics.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MemoryModelTest {

    /** Multiples of what places are aligned to, whatever they are divided by here. */
    private static final List<Long> UNITS = List.of(7680L, 4608L, 4608L, 768L);

    private final MemoryModel model = chain(UNITS, ElementBytes.same(Float.BYTES));

    @Test
    void aRankHoldsItsShardsTwoUnitsAndGradientsOnTheirWay() {
        assertThat(model.parameters()).isEqualTo(17664);
        assertThat(model.modelStates(1)).isEqualTo(16 * 17664);
        assertThat(model.modelStates(3)).isEqualTo(16 * 5888);
        assertThat(model.gatheredUnits(3)).isEqualTo(4 * (7680 + 4608));
        // Whole and summed of the first two units, while one computes and the other takes hop 1; the first as backward
        // makes it.
        assertThat(model.gradients(3)).isEqualTo(4 * (7680 + 4608 + 2560 + 1536) + 4 * 7680);
        assertThat(model.bytesPerRank(3)).isEqualTo(model.modelStates(3) + model.gatheredUnits(3) + model.gradients(3));
    }

    @Test
    void whereShardsAreWholeUnitsNothingIsGatheredOrLaidOut() {
        assertThat(model.gatheredUnits(1)).isZero();
        // As backward makes them.
        assertThat(model.gradients(1)).isEqualTo(4 * 7680);
        assertThat(model.heldBytes(1)).isEqualTo(model.modelStates(1));
    }

    @Test
    void doublePrecisionTakesTwiceAsMuch() {
        MemoryModel twice = chain(UNITS, ElementBytes.same(Double.BYTES));

        assertThat(twice.modelStates(3)).isEqualTo(2 * model.modelStates(3));
        assertThat(twice.gatheredUnits(3)).isEqualTo(2 * model.gatheredUnits(3));
        assertThat(twice.gradients(3)).isEqualTo(2 * model.gradients(3));
        assertThat(twice.smallestPartitionGroupSize(6, 2 * model.bytesPerRank(3)))
                .isEqualTo(3);
    }

    @Test
    void mixedPrecisionGathersHalfAndKeepsACopyForIt() {
        MemoryModel mixed = chain(UNITS, new ElementBytes(4, 2, 4));

        assertThat(mixed.modelStates(3)).isEqualTo(18 * 5888);
        // Neighbours, or the largest unit as it is kept and saved.
        assertThat(mixed.gatheredUnits(3)).isEqualTo(Math.max(2 * (7680 + 4608), 4 * 7680));
        assertThat(chain(List.of(7680L, 7680L), new ElementBytes(4, 2, 4)).gatheredUnits(3))
                .isEqualTo(2 * 2 * 7680);
        assertThat(mixed.gradients(3)).isEqualTo(4 * (7680 + 4608 + 2560 + 1536) + 2 * 7680);
        assertThat(chain(UNITS, new ElementBytes(4, 2, 2)).gradients(3)).isEqualTo(model.gradients(3) / 2);
    }

    @Test
    void aCopyOfTheStatesForCheckpointsCountsWhereItIsSaidTo() {
        MemoryModel copied = model.withStateCopy();

        // Master and two moments.
        assertThat(model.stateCopy(3)).isEqualTo(12 * 5888);
        assertThat(copied.heldBytes(3)).isEqualTo(model.heldBytes(3) + 12 * 5888);
        assertThat(copied.bytesPerRank(3)).isEqualTo(model.bytesPerRank(3) + 12 * 5888);
        assertThat(copied.smallestPartitionGroupSize(6, model.bytesPerRank(1))).isEqualTo(3);
        assertThatThrownBy(() -> copied.smallestPartitionGroupSize(3, 10_000))
                .hasMessage(
                        "Cannot fit 17,664 parameters into 10,000 bytes per rank: over 3 ranks the model states take"
                                + " 94,208 bytes each, gathered units 49,152, gradients on their way 96,256, the"
                                + " states' copy for checkpoints 70,656, together 310,272."
                                + " Use more ranks, more memory per rank or smaller units.");
    }

    @Test
    void anOptimizerWithoutMomentsHasHalfOfTheStates() {
        MemoryModel plain = new MemoryModel(model.unitSizes(), model.stages(), model.elements(), 0, false, 1);

        assertThat(plain.modelStates(3)).isEqualTo(8 * 5888);
        assertThat(plain.stateCopy(3)).isEqualTo(4 * 5888);
    }

    @Test
    void elementsWithoutBytesAreRefused() {
        assertThatThrownBy(() -> new ElementBytes(4, 0, 4))
                .hasMessage("Cannot model the memory of elements with 4, 4, 0, 4 and 4 bytes: all must be positive.");
    }

    @Test
    void shardsArePaddedUnitByUnitAndPlacesAligned() {
        MemoryModel small = chain(List.of(5L, 5L), ElementBytes.same(Float.BYTES));
        assertThat(small.modelStates(4)).isEqualTo(16 * (2 + 2));
        assertThat(small.gatheredUnits(4)).isEqualTo(2 * 512);
        assertThat(chain(List.of(129L), ElementBytes.same(Float.BYTES)).gatheredUnits(3))
                .isEqualTo(1024);
    }

    @Test
    void theSmallestDivisorThatFitsIsTaken() {
        assertThat(model.smallestPartitionGroupSize(6, model.bytesPerRank(1))).isEqualTo(1);
        assertThat(model.smallestPartitionGroupSize(6, model.bytesPerRank(1) - 1))
                .isEqualTo(2);
        assertThat(model.smallestPartitionGroupSize(6, model.bytesPerRank(3))).isEqualTo(3);
        assertThat(model.smallestPartitionGroupSize(6, model.bytesPerRank(3) - 1))
                .isEqualTo(6);
    }

    @Test
    void aModelThatFitsNowhereIsRefusedWithTheArithmetic() {
        assertThatThrownBy(() -> model.smallestPartitionGroupSize(3, 10_000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Cannot fit 17,664 parameters into 10,000 bytes per rank: over 3 ranks the model states take"
                                + " 94,208 bytes each, gathered units 49,152, gradients on their way 96,256, together 239,616."
                                + " Use more ranks, more memory per rank or smaller units.");
    }

    @Test
    void unitsWithoutParametersAreRefused() {
        ElementBytes single = ElementBytes.same(Float.BYTES);
        assertThatThrownBy(() -> chain(List.of(1L, 0L), single))
                .hasMessage("Cannot model the memory of units with sizes [1, 0]: every size must be positive.");
        assertThatThrownBy(() -> chain(List.of(), single)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void moreParametersThanBytesCanBeCountedForAreRefused() {
        ElementBytes most = new ElementBytes(8, 8, 8);
        MemoryModel largest = chain(List.of(1L << 55, 1L << 55), most);
        assertThat(largest.bytesPerRank(1)).isGreaterThan(4 * 8 * (1L << 56)).isLessThan(14 * 8 * (1L << 56));
        assertThat(largest.bytesPerRank(1 << 20)).isPositive();
        assertThatThrownBy(() -> chain(List.of(1L << 55, (1L << 55) + 1), most))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Cannot model the memory of 2 units, the largest of 36,028,797,018,963,969 parameters: they are"
                                + " more than 72,057,594,037,927,936 together, so their bytes cannot be counted. Choose smaller"
                                + " sizes.");
    }

    @Test
    void aUnitThatNeighbouringStagesShareCountsOnce() {
        List<List<Integer>> tied = List.of(List.of(0), List.of(1), List.of(2, 0));
        MemoryModel model = new MemoryModel(List.of(51200L, 5120L, 512L), tied, ElementBytes.same(1));
        assertThat(model.gatheredUnits(2)).isEqualTo(5120 + 512 + 51200);
        List<List<Integer>> neighbours = List.of(List.of(0), List.of(0, 1));
        assertThat(new MemoryModel(List.of(51200L, 5120L), neighbours, ElementBytes.same(1)).gatheredUnits(2))
                .isEqualTo(51200 + 5120);
    }

    @Test
    void gathersThatAreFurtherAheadKeepMoreStagesWhole() {
        MemoryModel further = new MemoryModel(UNITS, model.stages(), model.elements(), 2, false, 2);

        assertThat(further.gatheredUnits(3)).isEqualTo(4 * (7680 + 4608 + 4608));
        assertThat(further.gatheredUnits(1)).isZero();
        assertThat(further.withStateCopy().gatheredUnits(3)).isEqualTo(further.gatheredUnits(3));
    }

    /** A stage for each unit. */
    private static MemoryModel chain(List<Long> unitSizes, ElementBytes elements) {
        List<List<Integer>> stages =
                IntStream.range(0, unitSizes.size()).mapToObj(List::of).toList();
        return new MemoryModel(unitSizes, stages, elements);
    }
}
