package io.sparkmics.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Whether global batch, micro-batch and world size fit each other, and what would. */
final class BatchSizes {

    private BatchSizes() {}

    static List<String> problems(int worldSize, int globalBatchSize, int microBatchSize) {
        List<String> problems = new ArrayList<>();
        requirePositive("world size", worldSize, problems);
        requirePositive("global batch size", globalBatchSize, problems);
        requirePositive("micro-batch size", microBatchSize, problems);
        if (problems.isEmpty() && globalBatchSize % ((long) microBatchSize * worldSize) != 0) {
            problems.add(mismatch(worldSize, globalBatchSize, microBatchSize));
        }
        return problems;
    }

    private static void requirePositive(String name, int value, List<String> problems) {
        if (value < 1) {
            problems.add("Cannot set the " + name + " to " + value + ": it must be 1 or more.");
        }
    }

    private static String mismatch(int worldSize, int globalBatchSize, int microBatchSize) {
        long product = (long) microBatchSize * worldSize;
        long below = globalBatchSize / product * product;
        String global = or(LongStream.of(below, below + product)
                .filter(size -> size > 0 && size <= Integer.MAX_VALUE)
                .boxed()
                .toList());
        String remedy = global.isEmpty() ? "" : " Set the global batch size to " + global + ".";
        if (globalBatchSize % worldSize == 0) {
            remedy +=
                    " Or set the micro-batch size to " + or(nearest(globalBatchSize / worldSize, microBatchSize)) + ".";
        }
        return String.format(
                Locale.ROOT,
                "Cannot split a global batch of %d sequences: it is not a multiple of micro-batch size %d x world size %d = %d.%s",
                globalBatchSize,
                microBatchSize,
                worldSize,
                product,
                remedy);
    }

    /** The divisors of the sequences of one rank that are next to the micro-batch size. */
    private static List<Integer> nearest(int perRank, int microBatchSize) {
        IntStream below = IntStream.iterate(Math.min(microBatchSize, perRank), size -> size >= 1, size -> size - 1)
                .filter(size -> perRank % size == 0)
                .limit(1);
        IntStream above = IntStream.rangeClosed(Math.min(microBatchSize, perRank) + 1, perRank)
                .filter(size -> perRank % size == 0)
                .limit(1);
        return IntStream.concat(below, above).boxed().toList();
    }

    private static String or(List<? extends Number> sizes) {
        return String.join(" or ", sizes.stream().map(Number::toString).toList());
    }
}
