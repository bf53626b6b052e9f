package io.sparkmics.plan;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What training holds on one rank, in bytes: the shards of the model states, the flat buffers for gathered units and for
 * gradients before hop 1, one stage's gradients as the backward pass makes them, and where checkpoints are written a copy of
 * the states for them.
 *
 * <p>Left out: activations, which depend on the micro-batch and not on how the model is sharded; what libraries keep for
 * themselves; and, of a hierarchical gather, the chunks on their way from other nodes, one part in (ranks per node) of the
 * gathered units.
 *
 * @param unitSizes parameters of each unit; together 2^56 at most, so that no figure overflows
 * @param stages the units that each stage reads, as places in {@code unitSizes}, in the order of use
 * @param frozen places of the units that are not trained: they have no gradient and no moments
 * @param elements bytes of an element of each kind
 * @param moments how many numbers the optimizer remembers of each parameter
 * @param copied whether the copy of the states counts: it lies in the host's memory, which a rank on a GPU has besides
 * @param gathersAhead how many stages ahead units are gathered
 */
public record MemoryModel(
        List<Long> unitSizes,
        List<List<Integer>> stages,
        Set<Integer> frozen,
        ElementBytes elements,
        int moments,
        boolean copied,
        int gathersAhead) {

    /** AdamW's: of the gradient and of its square. */
    private static final int MOMENTS = 2;

    /** With 128 bytes for each, more than all that is counted here takes, padding included. */
    private static final long MOST_PARAMETERS = 1L << 56;

    /** With AdamW, without a copy; all units are trained. */
    public MemoryModel(List<Long> unitSizes, List<List<Integer>> stages, ElementBytes elements) {
        this(unitSizes, stages, Set.of(), elements, MOMENTS, false, UnitPlaces.AHEAD);
    }

    public MemoryModel {
        unitSizes = List.copyOf(unitSizes);
        if (unitSizes.isEmpty() || unitSizes.stream().anyMatch(size -> size < 1)) {
            throw new IllegalArgumentException(
                    "Cannot model the memory of units with sizes " + unitSizes + ": every size must be positive.");
        }
        if (exceeds(unitSizes)) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "Cannot model the memory of %d units, the largest of %,d parameters: they are more than %,d together,"
                            + " so their bytes cannot be counted. Choose smaller sizes.",
                    unitSizes.size(),
                    Collections.max(unitSizes),
                    MOST_PARAMETERS));
        }
        stages = stages.stream().map(List::copyOf).toList();
        frozen = Set.copyOf(frozen);
    }

    /** The same, and the copy of the states that checkpoints are written from counts too. */
    public MemoryModel withStateCopy() {
        return new MemoryModel(unitSizes, stages, frozen, elements, moments, true, gathersAhead);
    }

    private static boolean exceeds(List<Long> unitSizes) {
        long left = MOST_PARAMETERS;
        for (long size : unitSizes) {
            if (size > left) {
                return true;
            }
            left -= size;
        }
        return false;
    }

    /** All parameters of the model. */
    public long parameters() {
        return unitSizes.stream().mapToLong(Long::longValue).sum();
    }

    /** The units that have gradients. */
    public TrainedUnits trained() {
        return TrainedUnits.of(unitSizes, stages, frozen);
    }

    /**
     * Masters, gradients, optimizer moments and what gathers move of one rank's shards, padding included; of what is not
     * trained that alone.
     */
    public long modelStates(int partitionGroupSize) {
        int perTrained =
                (1 + moments) * elements.states() + elements.sums() + (elements.mixed() ? elements.compute() : 0);
        long trained = trainedShards(partitionGroupSize);
        return perTrained * trained + elements.compute() * (shards(unitSizes, partitionGroupSize) - trained);
    }

    /** A copy of masters and moments of one rank's shards in host memory, whether it counts here or not. */
    public long stateCopy(int partitionGroupSize) {
        return elements.states() * shards(unitSizes, partitionGroupSize)
                + moments * elements.states() * trainedShards(partitionGroupSize);
    }

    /**
     * What the end of a step reads and writes of one rank's states: gradients for their norm, the update, and to be zero
     * again; masters and moments to be read and written; what gathers move to be made of the masters.
     */
    public long updateBytes(int partitionGroupSize) {
        int perParameter = 2 * (1 + moments) * elements.states()
                + 3 * elements.sums()
                + (elements.mixed() ? elements.states() + elements.compute() : 0);
        return perParameter * trainedShards(partitionGroupSize);
    }

    private long countedCopy(int partitionGroupSize) {
        return copied ? stateCopy(partitionGroupSize) : 0;
    }

    private long trainedShards(int partitionGroupSize) {
        return shards(trained().sizes(), partitionGroupSize);
    }

    private static long shards(List<Long> sizes, int partitionGroupSize) {
        return sizes.stream().mapToLong(size -> shard(size, partitionGroupSize)).sum();
    }

    /** The parameters of one rank's part of a unit, padding included. */
    public static long shard(long size, int partitionGroupSize) {
        return (size + partitionGroupSize - 1) / partitionGroupSize;
    }

    /**
     * The units of the neighbouring stages that are largest together, a unit that several read counted once: of a stage and of
     * those that gathers are ahead. Or one unit in the type that it is kept in, as it is saved. None where a rank's shards are
     * whole units.
     */
    public long gatheredUnits(int partitionGroupSize) {
        if (partitionGroupSize == 1) {
            return 0;
        }
        int first = trained().firstStage();
        List<List<Integer>> thereAndBack = new ArrayList<>();
        for (int stage = 0; stage < stages.size(); stage++) {
            thereAndBack.add(stage < first ? List.of() : stages.get(stage));
        }
        Collections.reverse(thereAndBack);
        thereAndBack.addAll(0, stages);
        List<Long> whole = whole(unitSizes, partitionGroupSize, elements.compute());
        return Math.max(
                UnitPlaces.of(thereAndBack, whole, gathersAhead).bytes(),
                IntStream.range(0, unitSizes.size())
                        .mapToLong(unit -> whole.get(unit)
                                / elements.compute()
                                * (frozen.contains(unit) ? elements.compute() : elements.states()))
                        .map(Placement::aligned)
                        .max()
                        .orElseThrow());
    }

    private static List<Long> whole(List<Long> sizes, int partitionGroupSize, int elementBytes) {
        return sizes.stream()
                .map(size -> shard(size, partitionGroupSize) * partitionGroupSize * elementBytes)
                .toList();
    }

    /** Gradients laid out for hop 1 or on their way through it, and the largest stage's as its backward pass makes them. */
    public long gradients(int partitionGroupSize) {
        TrainedUnits trained = trained();
        long largest = trained.stages().stream()
                .mapToLong(
                        stage -> stage.stream().mapToLong(trained.sizes()::get).sum())
                .max()
                .orElseThrow();
        return gradientBuffer(partitionGroupSize) + elements.compute() * largest;
    }

    /** None where a rank's shards are whole units: gradients are summed there at once. */
    private long gradientBuffer(int partitionGroupSize) {
        if (partitionGroupSize == 1) {
            return 0;
        }
        TrainedUnits trained = trained();
        List<Long> sums = trained.sizes().stream()
                .map(size -> shard(size, partitionGroupSize) * elements.reduction())
                .toList();
        return new GradientPlaces(
                        trained.stages(), whole(trained.sizes(), partitionGroupSize, elements.reduction()), sums)
                .bytes();
    }

    /** What is there from beginning to end: all but the gradients as a backward pass makes them. */
    public long heldBytes(int partitionGroupSize) {
        return modelStates(partitionGroupSize)
                + gatheredUnits(partitionGroupSize)
                + gradientBuffer(partitionGroupSize)
                + countedCopy(partitionGroupSize);
    }

    /** All of it. */
    public long bytesPerRank(int partitionGroupSize) {
        return modelStates(partitionGroupSize)
                + gatheredUnits(partitionGroupSize)
                + gradients(partitionGroupSize)
                + countedCopy(partitionGroupSize);
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
                        + " gathered units %,d, gradients on their way %,d,%s together %,d."
                        + " Use more ranks, more memory per rank or smaller units.",
                parameters(),
                memoryBytes,
                worldSize,
                modelStates(worldSize),
                gatheredUnits(worldSize),
                gradients(worldSize),
                copied
                        ? String.format(Locale.ROOT, " the states' copy for checkpoints %,d,", stateCopy(worldSize))
                        : "",
                bytesPerRank(worldSize));
    }
}
