package io.sparkmics.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Neighbours in the shard whose gradients take hop 2 together, in one all-reduce.
 *
 * @param units as places in the list of all
 * @param offset where the first of them begins in a rank's shards, in elements
 * @param size elements
 */
public record GradientBucket(List<Integer> units, long offset, long size) {

    /** The least that a replica sends to the next at a time, where nobody says otherwise: less is not worth a message. */
    public static final long MESSAGE_BYTES = 512 << 10;

    public GradientBucket {
        units = List.copyOf(units);
    }

    /**
     * The buckets of all units, in the order in which a backward pass completes them: the same on every rank, for it depends
     * on sizes alone. A bucket takes units until it has the least size; the last one may stay smaller.
     *
     * @param stages the units that each stage uses, as places in {@code shardSizes}, in the order of the forward pass
     * @param shardSizes elements of one rank's part of each unit; they lie one after another
     * @param leastSize elements
     */
    public static List<GradientBucket> of(List<List<Integer>> stages, List<Long> shardSizes, long leastSize) {
        List<GradientBucket> buckets = new ArrayList<>();
        GradientBucket open = null;
        for (int unit : inOrderOfCompletion(stages)) {
            if (open != null && (open.size() >= leastSize || open.units().get(0) != unit + 1)) {
                buckets.add(open);
                open = null;
            }
            long size = shardSizes.get(unit);
            open = open == null
                    ? new GradientBucket(List.of(unit), offset(shardSizes, unit), size)
                    : open.before(unit, size);
        }
        if (open != null) {
            buckets.add(open);
        }
        return buckets;
    }

    /** Backwards, as the units of a model lie in the order of first use: so neighbours follow each other. */
    private static List<Integer> inOrderOfCompletion(List<List<Integer>> stages) {
        List<List<Integer>> completed = GradientPlaces.completedBy(stages);
        List<Integer> order = new ArrayList<>();
        for (int stage = stages.size() - 1; stage >= 0; stage--) {
            completed.get(stage).stream().sorted(Comparator.reverseOrder()).forEach(order::add);
        }
        return order;
    }

    private static long offset(List<Long> sizes, int unit) {
        return sizes.subList(0, unit).stream().mapToLong(Long::longValue).sum();
    }

    private GradientBucket before(int unit, long unitSize) {
        List<Integer> more = new ArrayList<>(units);
        more.add(0, unit);
        return new GradientBucket(more, offset - unitSize, size + unitSize);
    }
}
