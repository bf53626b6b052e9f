package io.sparkmics.engine;

import io.sparkmics.bootstrap.collectives.Communicator;
import io.sparkmics.engine.device.WaitClock;
import io.sparkmics.engine.device.WaitKind;
import org.bytedeco.pytorch.Tensor;

/** Sums a few numbers over all ranks without a group of all ranks: over the partition group, then over the replicas. */
record WorldSum(Communicator partition, Communicator replication, WaitClock waits) {

    /** In place. Ranks may differ in the last bit: replication groups need not lie on the same number of hosts. */
    void of(Tensor numbers) {
        waits.join(WaitKind.NORM, partition.allReduce(numbers));
        waits.join(WaitKind.NORM, replication.allReduce(numbers));
    }

    /** The same, and all ranks have the same to the bit: what rank 0 has. */
    void alike(Tensor numbers) {
        of(numbers);
        waits.join(WaitKind.NORM, partition.broadcast(numbers, 0));
    }
}
