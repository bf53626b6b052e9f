package io.sparkmics.engine;

import io.sparkmics.bootstrap.collectives.Communicator;
import io.sparkmics.engine.device.WaitClock;
import io.sparkmics.engine.device.WaitKind;
import org.bytedeco.pytorch.Tensor;

/** Sums a few numbers over all ranks without a group of all ranks: over the partition group, then over the replicas. */
record WorldSum(Communicator partition, Communicator replication, WaitClock waits) {

    /**
     * In place. Ranks may differ in the last bit of a sum, for groups need not lie on their hosts alike.
     *
     * @param ofReplicas how many numbers, the last ones, are no ranks' to be summed, but each partition group's, and all groups'
     *     but for that last bit: every rank gets those of the first group
     */
    void of(Tensor numbers, long ofReplicas) {
        long ofRanks = numbers.numel() - ofReplicas;
        waits.join(WaitKind.NORM, partition.allReduce(numbers.narrow(0, 0, ofRanks)));
        if (replication.group().index() > 0) {
            numbers.narrow(0, ofRanks, ofReplicas).zero_();
        }
        waits.join(WaitKind.NORM, replication.allReduce(numbers));
    }

    /** The same, and all ranks have the same to the bit: what rank 0 has. */
    void alike(Tensor numbers, long ofReplicas) {
        of(numbers, ofReplicas);
        waits.join(WaitKind.NORM, partition.broadcast(numbers, 0));
    }
}
