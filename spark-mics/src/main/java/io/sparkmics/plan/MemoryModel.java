package io.sparkmics.plan;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * What training holds on one rank, in bytes: the shards of the model states, two gathered units (the
 * current one and the one on its way) and the full gradient of one unit. Activations come on top: they depend on the
 * micro-batch, not on how the model is sharded.
 *
 * @param unitSizes parameters of each unit, in the order of use
 * @param elementBytes bytes of one element of a weight, a gradient or a moment
 */
public record MemoryModel(List<Long> unitSizes, int elementBytes) {

    /** For each parameter: its weight, its gradient, and two moments of that. */
    private static final int ELEMENTS_PER_PARAMETER = 4;

    public MemoryModel {
        unitSizes = List.copyOf(unitSizes);
        if (unitSizes.isEmpty() || unitSizes.stream().anyMatch(size -> size < 1)) {
            throw new IllegalArgumentException(
                    "Cannot model the memory of units with sizes " + unitSizes + ": every size must be positive.");
        }
        if (elementBytes < 1) {
            throw new IllegalArgumentException(
                    "Cannot model the memory of elements with " + elementBytes + " bytes: it must be positive.");
        }
    }

    /** All parameters of the model. */
    public long parameters() {
        return unitSizes.stream().mapToLong(Long::longValue).sum();
    }

    /** Weights, gradients and optimizer moments of one rank's shards, padding included. */
    public long modelStates(int partitionGroupSize) {
        return unitSizes.stream()
                        .mapToLong(size -> (size + partitionGroupSize - 1) / partitionGroupSize)
                        .sum()
                * ELEMENTS_PER_PARAMETER
                * elementBytes;
    }

    /** The two neighbouring units that are largest together. */
    public long gatheredUnits() {
        LongStream pairs = IntStream.range(1, unitSizes.size()).mapToLong(i -> unitSizes.get(i - 1) + unitSizes.get(i));
        return elementBytes * pairs.max().orElse(unitSizes.get(0));
    }

    /** The largest unit's gradient before hop 1. */
    public long unitGradient() {
        return elementBytes * Collections.max(unitSizes);
    }

    /** All of it. */
    public long bytesPerRank(int partitionGroupSize) {
        return modelStates(partitionGroupSize) + gatheredUnits() + unitGradient();
    }

    /**
     * The smallest divisor of the world size with which a rank's part fits: the scale-aware partitioning of MiCS.
     *
     * @param memoryBytes what one rank has for it
     * @throws IllegalArgumentException when it does not fit even over all ranks
     */
    public int smallestPartitionGroupSize(int worldSize, long memoryBytes) {
        return IntStream.rangeClosed(1, worldSize)
                .filter(size -> worldSize % size == 0 && bytesPerRank(size) <= memoryBytes)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(doesNotFit(worldSize, memoryBytes)));
    }

    private String doesNotFit(int worldSize, long memoryBytes) {
        return String.format(
                Locale.ROOT,
                "Cannot fit %,d parameters into %,d bytes per rank: over %d ranks the model states take %,d bytes each,"
                        + " gathered units %,d, the gradient of a unit %,d, together %,d."
                        + " Use more ranks, more memory per rank or smaller units.",
                parameters(),
                memoryBytes,
                worldSize,
                modelStates(worldSize),
                gatheredUnits(),
                unitGradient(),
                bytesPerRank(worldSize));
    }
}
