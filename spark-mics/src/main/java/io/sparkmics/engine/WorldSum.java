package io.sparkmics.engine;

import io.sparkmics.bootstrap.Communicator;
import io.sparkmics.engine.device.WaitClock;
import io.sparkmics.engine.device.WaitKind;
import org.bytedeco.pytorch.Tensor;

/** Sums a few numbers over all ranks without a group of all ranks: over the partition group, then over the replicas. */
record WorldSum(Communicator partition, Communicator replication, WaitClock waits) {

    /** In place. */
    void of(Tensor numbers) {
        waits.join(WaitKind.NORM, partition.allReduce(numbers));
        waits.join(WaitKind.NORM, replication.allReduce(numbers));
    }
}
