package io.sparkmics.plan;

import java.util.Locale;
import java.util.Optional;

/**
 * What one executor's process may need at its peak, in bytes. The heap counts as large as it may become; activations are an
 * estimate, so whoever is told of a problem should be told that it is one.
 *
 * @param heapBytes {@code spark.executor.memory}
 * @param ranks how many train in it, one for each task that it runs at a time
 * @param statesPerRank what a rank holds on the host, as {@link MemoryModel} says: of a rank on a GPU the copy of the states
 *     alone
 * @param activationsPerRank what {@link ActivationModel} says; 0 for a rank on a GPU
 */
public record ExecutorMemory(long heapBytes, int ranks, long statesPerRank, long activationsPerRank) {

    /**
     * libtorch's libraries, what a JVM with Spark takes beside its heap, and what libc keeps: 350 to 380 MiB were seen in
     * executors that trained next to nothing.
     */
    public static final long BASE_BYTES = 400L << 20;

    private static final long MEBIBYTE = 1L << 20;

    public ExecutorMemory {
        if (heapBytes < 1 || ranks < 1 || statesPerRank < 0 || activationsPerRank < 0) {
            throw new IllegalArgumentException("Cannot add up an executor's memory of a heap of " + heapBytes
                    + " bytes and " + ranks + " ranks with " + statesPerRank + " and " + activationsPerRank
                    + " bytes: heap and ranks must be positive, the others not negative.");
        }
    }

    /** Beside the heap. */
    public long nativeBytes() {
        return saturated(BASE_BYTES + (double) ranks * ((double) statesPerRank + activationsPerRank));
    }

    public long bytes() {
        return saturated((double) heapBytes + nativeBytes());
    }

    private static long saturated(double bytes) {
        return (long) bytes;
    }

    /** Whether it needs more even with an empty heap and without activations: then it cannot be. */
    public boolean exceedsSurely(long limit) {
        return BASE_BYTES + (double) ranks * statesPerRank > limit;
    }

    /**
     * What is wrong where a resource manager ends an executor that takes more than its heap and its overhead: YARN,
     * Kubernetes. Empty where it fits.
     *
     * @param overheadBytes {@code spark.executor.memoryOverhead}, or what Spark takes where that is not set
     */
    public Optional<String> containerProblem(long overheadBytes) {
        if (nativeBytes() <= overheadBytes) {
            return Optional.empty();
        }
        return Optional.of(String.format(
                Locale.ROOT,
                "Cannot be sure that the executors live: beside its heap each may need %s, and has %s. Set"
                        + " spark.executor.memoryOverhead to %dm.",
                describe(),
                size(overheadBytes),
                mebibytes(nativeBytes())));
    }

    /**
     * What is wrong where executors share what a machine or its container has, and nobody but the kernel ends them. Empty
     * where they fit.
     *
     * @param machineBytes of memory
     * @param executors that run there
     */
    public Optional<String> machineProblem(long machineBytes, int executors) {
        double needed = (double) executors * bytes();
        if (needed <= machineBytes) {
            return Optional.empty();
        }
        return Optional.of(String.format(
                Locale.ROOT,
                "Cannot be sure that the executors live: each may need a heap of %s and beside it %s, with %d on the machine"
                        + " together %s, and it has %s. Set a smaller spark.executor.memory or microBatchSize, a larger"
                        + " partitionGroupSize, activationCheckpointing to 1, or spread the ranks over more machines.",
                size(heapBytes),
                describe(),
                executors,
                size(saturated(needed)),
                size(machineBytes)));
    }

    private String describe() {
        return String.format(
                Locale.ROOT,
                "%s (%s for libtorch and the JVM, and for each of %d ranks %s of states and buffers and about %s of"
                        + " activations)",
                size(nativeBytes()),
                size(BASE_BYTES),
                ranks,
                size(statesPerRank),
                size(activationsPerRank));
    }

    private static String size(long bytes) {
        return String.format(Locale.ROOT, "%,d MiB", mebibytes(bytes));
    }

    /** Rounded up: what is set is enough. */
    private static long mebibytes(long bytes) {
        return bytes / MEBIBYTE + (bytes % MEBIBYTE == 0 ? 0 : 1);
    }
}
