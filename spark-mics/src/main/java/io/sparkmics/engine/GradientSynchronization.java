package io.sparkmics.engine;

import io.sparkmics.bootstrap.Communicator;
import io.sparkmics.bootstrap.Pending;
import io.sparkmics.model.Parameter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The two hops of gradient synchronisation. Hop 1, each micro-step: a unit's gradients are reduce-scattered in the partition
 * group and summed into the shard. Hop 2, once a step: the summed shards are all-reduced over the replication group.
 * Source: MiCS, section 3.4.
 */
final class GradientSynchronization implements AutoCloseable {

    private record HopOne(Pending pending, UnitShard shard, Tensor whole, Tensor sum) {}

    private final Communicator partition;
    private final Communicator replication;
    private final ModelStates states;
    private final Map<UnitShard, Tensor> wholes = new HashMap<>();
    private final Deque<HopOne> inFlight = new ArrayDeque<>();

    GradientSynchronization(Communicator partition, Communicator replication, ModelStates states) {
        this.partition = partition;
        this.replication = replication;
        this.states = states;
    }

    /**
     * Adds what one stage's backward pass made of a unit: a unit that several stages share is summed here, before hop 1.
     *
     * @param gradients in the order of the unit's parameters, beginning at {@code first}; undefined where the stage did not
     *     read the parameter
     */
    void accumulate(UnitShard shard, TensorVector gradients, long first) {
        try (PointerScope scope = new PointerScope()) {
            Tensor whole = wholes.computeIfAbsent(shard, this::zeros);
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

    private Tensor zeros(UnitShard shard) {
        return Native.keep(
                torch.zeros(new long[] {shard.paddedSize()}, states.parameters().options()));
    }

    /** Starts hop 1 of a unit whose gradients are complete; it runs while the next unit's backward pass computes. */
    void hopOne(UnitShard shard) {
        try (PointerScope scope = new PointerScope()) {
            Tensor whole = wholes.remove(shard);
            Tensor sum = Native.keep(
                    torch.empty(new long[] {shard.size()}, states.parameters().options(), null));
            inFlight.add(new HopOne(partition.reduceScatter(whole, sum), shard, whole, sum));
        }
        if (inFlight.size() > 1) {
            finishOldest();
        }
    }

    /** Waits until every hop 1 of the micro-step lies in the shard. */
    void finishHopOne() {
        while (!inFlight.isEmpty()) {
            finishOldest();
        }
    }

    private void finishOldest() {
        HopOne hop = inFlight.peek();
        hop.pending().await();
        inFlight.remove();
        try (PointerScope scope = new PointerScope()) {
            states.gradients(hop.shard()).add_(hop.sum());
        } finally {
            hop.whole().close();
            hop.sum().close();
        }
    }

    /** Every byte of the summed shard once, in one collective. */
    void hopTwo() {
        replication.allReduce(states.gradients()).await();
    }

    /** Frees what a failed step has left; the communicators have been aborted or are idle. */
    @Override
    public void close() {
        wholes.values().forEach(Native::close);
        wholes.clear();
        inFlight.forEach(hop -> {
            Native.close(hop.whole());
            Native.close(hop.sum());
        });
        inFlight.clear();
    }
}
