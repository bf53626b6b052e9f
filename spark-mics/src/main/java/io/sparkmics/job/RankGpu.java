package io.sparkmics.job;

import io.sparkmics.bootstrap.BarrierExchange;
import io.sparkmics.bootstrap.machine.GpuAddress;
import java.util.List;
import java.util.Optional;

/**
 * The GPU that a rank computes on.
 *
 * @param uuid its name that no other GPU has: an index need not be unique on a host, where each executor sees its own GPUs only
 * @param ordinal what CUDA calls it in this process
 */
record RankGpu(String uuid, int ordinal) {

    /**
     * @param uuids of all GPUs of this machine, by index
     * @throws IllegalArgumentException where this process cannot see it
     * @throws IllegalStateException where Spark gave none to the task, or more than one
     */
    static RankGpu of(GpuTasks.Way way, BarrierExchange exchange, Optional<String> visibleDevices, List<String> uuids) {
        String address =
                way == GpuTasks.Way.LOCAL ? numbered(exchange.partitionId(), visibleDevices, uuids) : exchange.gpu();
        int ordinal = GpuAddress.ordinal(address, visibleDevices, uuids);
        return new RankGpu(GpuAddress.visible(visibleDevices, uuids).get(ordinal), ordinal);
    }

    /** Threads of one process get its GPUs in CUDA's order. */
    static String numbered(int partitionId, Optional<String> visibleDevices, List<String> uuids) {
        List<String> visible = GpuAddress.visible(visibleDevices, uuids);
        if (partitionId >= visible.size()) {
            throw new IllegalArgumentException("Cannot give GPU " + partitionId + " to partition " + partitionId
                    + ": this process sees " + visible.size() + " GPUs. Set numWorkers to at most that.");
        }
        return visible.get(partitionId);
    }
}
