package io.sparkmics.data;

import org.apache.spark.Partitioner;

/** A slot's barrier partition: slot mod W. */
final class SlotPartitioner extends Partitioner {

    private static final long serialVersionUID = 1L;

    private final int worldSize;

    SlotPartitioner(int worldSize) {
        this.worldSize = worldSize;
    }

    @Override
    public int numPartitions() {
        return worldSize;
    }

    @Override
    public int getPartition(Object key) {
        return ((SequenceKey) key).slot() % worldSize;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SlotPartitioner partitioner && partitioner.worldSize == worldSize;
    }

    @Override
    public int hashCode() {
        return worldSize;
    }
}
