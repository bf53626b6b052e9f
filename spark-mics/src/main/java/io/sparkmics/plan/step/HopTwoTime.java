package io.sparkmics.plan.step;

import io.sparkmics.plan.GradientBucket;
import io.sparkmics.plan.MemoryModel;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** Hop 2 of one step, as the engine takes it: bucket by bucket, each as soon as the units in it and those before are summed. */
final class HopTwoTime {

    private final Communication communication;
    private final ToDoubleFunction<Transfer> link;
    private final int elementBytes;
    private final List<GradientBucket> buckets;
    private final Set<Integer> summed = new HashSet<>();
    private int started;
    private double end;

    /** @param link sends, and knows when the last byte will be there */
    HopTwoTime(Work work, Communication communication, ToDoubleFunction<Transfer> link) {
        MemoryModel memory = work.memory();
        this.communication = communication;
        this.link = link;
        this.elementBytes = memory.elements().replication();
        this.buckets = GradientBucket.of(
                memory.stages(),
                memory.unitSizes().stream()
                        .map(size -> MemoryModel.shard(size, communication.partitionGroupSize()))
                        .toList(),
                GradientBucket.MESSAGE_BYTES * communication.replicas() / elementBytes);
    }

    void summed(int unit) {
        summed.add(unit);
        while (started < buckets.size()
                && summed.containsAll(buckets.get(started).units())) {
            end = link.applyAsDouble(
                    communication.hopTwo((double) buckets.get(started).size() * elementBytes));
            started++;
        }
    }

    /** When the last bucket that has started is summed over the replicas. */
    double end() {
        return end;
    }
}
