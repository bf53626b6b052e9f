package io.sparkmics.plan;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What training holds on one rank, in bytes: the shards of the model states, the units of two neighbouring stages (the
 * current one and the one on its way) and gradients before hop 1. Activations come on top: they depend on the micro-batch,
 * not on how the model is sharded.
 *
 * @param unitSizes parameters of each unit
 * @param stages the units that each stage reads, as places in {@code unitSizes}, in the order of use
 * @param elementBytes bytes of one element of a weight, a gradient or a moment
 */
public record MemoryModel(List<Long> unitSizes, List<Set<Integer>> stages, int elementBytes) {

    /** For each parameter: its weight, its gradient, and two moments of that. */
    private static final int ELEMENTS_PER_PARAMETER = 4;

    private static final int GRADIENTS_AT_ONCE = 4;

    public MemoryModel {
        unitSizes = List.copyOf(unitSizes);
        if (unitSizes.isEmpty() || unitSizes.stream().anyMatch(size -> size < 1)) {
            throw new IllegalArgumentException(
                    "Cannot model the memory of units with sizes " + unitSizes + ": every size must be positive.");
        }
        stages = List.copyOf(stages);
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

    /** The units of the two neighbouring stages that are largest together; a unit that both read counts once. */
    public long gatheredUnits() {
        return elementBytes
                * IntStream.range(0, stages.size())
                        .mapToLong(stage -> size(union(stage, Math.min(stage + 1, stages.size() - 1))))
                        .max()
                        .orElseThrow();
    }

    private Set<Integer> union(int stage, int other) {
        Set<Integer> units = new HashSet<>(stages.get(stage));
        units.addAll(stages.get(other));
        return units;
    }

    private long size(Set<Integer> units) {
        return units.stream().mapToLong(unitSizes::get).sum();
    }

    /** The largest stage's gradients: as the backward pass makes them, laid out for hop 1, and twice on their way there. */
    public long stageGradients() {
        return GRADIENTS_AT_ONCE
                * elementBytes
                * stages.stream().mapToLong(this::size).max().orElseThrow();
    }

    /** All of it. */
    public long bytesPerRank(int partitionGroupSize) {
        return modelStates(partitionGroupSize) + gatheredUnits() + stageGradients();
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
                        + " gathered units %,d, gradients on their way %,d, together %,d."
                        + " Use more ranks, more memory per rank or smaller units.",
                parameters(),
                memoryBytes,
                worldSize,
                modelStates(worldSize),
                gatheredUnits(),
                stageGradients(),
                bytesPerRank(worldSize));
    }
}
