package io.sparkmics.engine;

import io.sparkmics.bootstrap.Communicator;
import org.bytedeco.pytorch.Tensor;

/** Sums a few numbers over all ranks without a group of all ranks: over the partition group, then over the replicas. */
record WorldSum(Communicator partition, Communicator replication) {

    /** In place. */
    void of(Tensor numbers) {
        partition.allReduce(numbers).join();
        replication.allReduce(numbers).join();
    }
}
