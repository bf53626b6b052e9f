package io.sparkmics.engine;

import io.sparkmics.bootstrap.Communicator;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** Sums a few numbers over all ranks without a group of all ranks: over the partition group, then over the replicas. */
record WorldSum(Communicator partition, Communicator replication) {

    double[] of(double... values) {
        try (PointerScope scope = new PointerScope()) {
            DoublePointer sums = new DoublePointer(values);
            Tensor tensor = Native.tensor(sums);
            partition.allReduce(tensor).await();
            replication.allReduce(tensor).await();
            double[] result = new double[values.length];
            sums.get(result);
            return result;
        }
    }
}
