package io.sparkmics.job.cluster;

import io.sparkmics.bootstrap.groups.Names;
import io.sparkmics.bootstrap.machine.VisibleGpus;

/**
 * The GPU that a rank computes on.
 *
 * @param uuid its name that no other GPU has: an index need not be unique on a host, where each executor sees its own GPUs only
 * @param ordinal what CUDA calls it in this process
 */
public record RankGpu(String uuid, int ordinal) {

    /**
     * The GPU that Spark gave to the task.
     *
     * @throws IllegalArgumentException where this process cannot see it
     */
    public static RankGpu at(String address, VisibleGpus gpus) {
        return of(gpus.ordinal(address), gpus);
    }

    /**
     * Threads of one process get its GPUs in CUDA's order.
     *
     * @throws IllegalArgumentException where this process does not see so many
     */
    public static RankGpu numbered(int partitionId, VisibleGpus gpus) {
        int visible = gpus.uuids().size();
        if (partitionId >= visible) {
            throw new IllegalArgumentException("Cannot give GPU " + partitionId + " to partition " + partitionId
                    + ": this process sees " + Names.count(visible, "GPU") + ". Set numWorkers to at most that.");
        }
        return of(partitionId, gpus);
    }

    private static RankGpu of(int ordinal, VisibleGpus gpus) {
        return new RankGpu(gpus.uuids().get(ordinal), ordinal);
    }
}
