package io.sparkmics.plan.step;

import java.util.stream.IntStream;

/**
 * What a step takes in.
 *
 * @param globalBatchSize sequences of a step
 * @param microBatchSize sequences of a micro-step and rank; 0: any number, {@link #MOST} at most, that divides a rank's
 */
public record Batch(int globalBatchSize, int microBatchSize) {

    /** More make matrix products no faster. */
    static final int MOST = 64;

    /** The micro-batch sizes that are to be tried on so many ranks, ascending; none where the global batch cannot be split. */
    IntStream microBatchSizes(int worldSize) {
        if (globalBatchSize < worldSize || globalBatchSize % worldSize != 0) {
            return IntStream.empty();
        }
        int perRank = globalBatchSize / worldSize;
        IntStream wanted =
                microBatchSize > 0 ? IntStream.of(microBatchSize) : IntStream.rangeClosed(1, Math.min(perRank, MOST));
        return wanted.filter(size -> perRank % size == 0);
    }
}
