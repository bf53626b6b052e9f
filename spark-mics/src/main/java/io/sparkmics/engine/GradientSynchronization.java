package io.sparkmics.engine;

import io.sparkmics.bootstrap.Communicator;
import io.sparkmics.bootstrap.Pending;
import io.sparkmics.model.Parameter;
import io.sparkmics.plan.GradientPlaces;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/**
 * The two hops of gradient synchronisation. Hop 1, each micro-step: a unit's gradients are reduce-scattered in the partition
 * group and summed into the shard. Hop 2, once a step: the summed shards are all-reduced over the replication group.
 * Source: MiCS, section 3.4.
 */
final class GradientSynchronization implements UnitGradients {

    private record HopOne(Pending pending, UnitShard shard) {}

    private final Communicator partition;
    private final Communicator replication;
    private final ModelStates states;
    private final GradientBuffer buffer;
    private final Set<UnitShard> begun = new HashSet<>();
    private final Deque<HopOne> inFlight = new ArrayDeque<>();

    GradientSynchronization(
            Communicator partition, Communicator replication, ModelStates states, GradientBuffer buffer) {
        this.partition = partition;
        this.replication = replication;
        this.states = states;
        this.buffer = buffer;
    }

    /** Adds what one stage's backward pass made of a unit: one that several stages share is summed here, before hop 1. */
    @Override
    public void accumulate(UnitShard shard, TensorVector gradients, long first) {
        try (PointerScope scope = new PointerScope()) {
            Tensor whole = buffer.whole(shard);
            if (begun.add(shard)) {
                whole.zero_();
            }
            long index = first;
            long offset = 0;
            for (Parameter parameter : shard.unit().parameters()) {
                Tensor gradient = gradients.get(index++);
                if (gradient.defined()) {
                    whole.narrow(0, offset, parameter.size()).add_(gradient.reshape(-1));
                }
                offset += parameter.size();
            }
        }
    }

    /** Starts hop 1 of a unit whose gradients are complete; it runs while the next unit's backward pass computes. */
    void hopOne(UnitShard shard) {
        if (!begun.remove(shard)) {
            // The loss of this micro-batch does not depend on the unit.
            try (PointerScope scope = new PointerScope()) {
                buffer.whole(shard).zero_();
            }
        }
        inFlight.add(new HopOne(partition.reduceScatter(buffer.whole(shard), buffer.sum(shard)), shard));
        if (inFlight.size() > GradientPlaces.IN_FLIGHT) {
            finishOldest();
        }
    }

    /** After it every hop 1 of the micro-step lies in the shard. */
    void finishHopOne() {
        while (!inFlight.isEmpty()) {
            finishOldest();
        }
    }

    private void finishOldest() {
        HopOne hop = inFlight.remove();
        hop.pending().join();
        try (PointerScope scope = new PointerScope()) {
            states.gradients(hop.shard()).add_(buffer.sum(hop.shard()));
        }
    }

    /** Every byte of the summed shard once, in one collective. */
    void hopTwo() {
        replication.allReduce(states.gradients()).join();
    }
}
