package io.sparkmics.job.attempt;

import io.sparkmics.job.rank.Attempt;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** How many ranks a run can go on with where there are fewer slots than it had. */
final class ElasticSize {

    private final int globalBatchSize;
    private final int microBatchSize;
    private final IntPredicate fits;

    /** @param fits whether a rank's memory has room for its part where a partition group has so many */
    ElasticSize(int globalBatchSize, int microBatchSize, IntPredicate fits) {
        this.globalBatchSize = globalBatchSize;
        this.microBatchSize = microBatchSize;
        this.fits = fits;
    }

    /** The same attempt on as many ranks as there are slots for; empty where the run cannot be split among so few. */
    Optional<Attempt> largest(Attempt attempt, int slots) {
        return IntStream.iterate(Math.min(slots, attempt.worldSize()), ranks -> ranks >= 1, ranks -> ranks - 1)
                .filter(ranks -> globalBatchSize % ((long) microBatchSize * ranks) == 0)
                .mapToObj(ranks -> IntStream.rangeClosed(1, ranks)
                        .filter(size -> ranks % size == 0)
                        // What the run had has fitted, and with more ranks for a copy each has less of it.
                        .filter(size -> size >= attempt.partitionGroupSize() || fits.test(size))
                        .boxed()
                        .min(ElasticSize.nearest(attempt.partitionGroupSize()))
                        .map(size -> attempt.on(ranks, size)))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** The size that it had, where that will do; else the smallest. */
    private static Comparator<Integer> nearest(int size) {
        return Comparator.<Integer, Boolean>comparing(candidate -> candidate != size)
                .thenComparing(Comparator.naturalOrder());
    }
}
