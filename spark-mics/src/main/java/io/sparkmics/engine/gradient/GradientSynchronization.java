package io.sparkmics.engine.gradient;

import io.sparkmics.bootstrap.Communicator;
import io.sparkmics.bootstrap.Pending;
import io.sparkmics.engine.shard.ModelStates;
import io.sparkmics.engine.shard.UnitShard;
import io.sparkmics.engine.stage.UnitGradients;
import io.sparkmics.plan.GradientPlaces;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/**
 * The two hops of gradient synchronisation. Hop 1, each micro-step: a unit's gradients are reduce-scattered in the partition
 * group and summed into the shard. Hop 2, once a step: the summed shards are all-reduced over the replication group.
 * Source: MiCS, section 3.4.
 *
 * <p>Where the shard is the whole unit, gradients are summed straight into it. Otherwise they are laid out in the buffer
 * first, and the first micro-step's hop 1 leads straight to the shard where both are of one type.
 */
public final class GradientSynchronization implements UnitGradients, AutoCloseable {

    /**
     * @param part where hop 1 leads
     */
    private record HopOne(Pending pending, UnitShard shard, Tensor part) {}

    private final Communicator partition;
    private final Communicator replication;
    private final ModelStates states;
    private final GradientBuffer buffer;
    private final Map<UnitShard, GradientSum> sums = new IdentityHashMap<>();
    private final Deque<HopOne> inFlight = new ArrayDeque<>();
    private boolean firstMicroStep;

    /**
     * @param buffer has room for each unit that is not whole in its shard; it and the others stay the caller's
     */
    public GradientSynchronization(
            Communicator partition, Communicator replication, ModelStates states, GradientBuffer buffer) {
        this.partition = partition;
        this.replication = replication;
        this.states = states;
        this.buffer = buffer;
        for (UnitShard shard : states.layout().shards()) {
            sums.put(shard, new GradientSum(shard, shard.whole() ? states.gradients(shard) : buffer.whole(shard)));
        }
    }

    /** A step begins: what stands in the shards are the gradients of the one before. */
    public void begin() {
        firstMicroStep = true;
        sums.values().forEach(GradientSum::clear);
    }

    /** Adds what one stage's backward pass made of a unit: one that several stages share is summed here, before hop 1. */
    @Override
    public void accumulate(UnitShard shard, TensorVector gradients, long first) {
        sums.get(shard).add(gradients, first);
    }

    /** Starts hop 1 of a unit whose gradients are complete; it runs while the next unit's backward pass computes. */
    public void hopOne(UnitShard shard) {
        GradientSum sum = sums.get(shard);
        sum.fill();
        if (shard.whole()) {
            return;
        }
        sum.clear();
        Tensor part = firstMicroStep && states.types().reducesAsKept() ? states.gradients(shard) : buffer.sum(shard);
        inFlight.add(new HopOne(partition.reduceScatter(buffer.whole(shard), part), shard, part));
        if (inFlight.size() > GradientPlaces.IN_FLIGHT) {
            finishOldest();
        }
    }

    /** The micro-step ends: after it every hop 1 lies in the shard. */
    public void finishHopOne() {
        while (!inFlight.isEmpty()) {
            finishOldest();
        }
        firstMicroStep = false;
    }

    private void finishOldest() {
        HopOne hop = inFlight.remove();
        hop.pending().join();
        Tensor summed = states.gradients(hop.shard());
        if (hop.part() == summed) {
            return;
        }
        try (PointerScope scope = new PointerScope()) {
            if (firstMicroStep) {
                summed.copy_(hop.part());
            } else {
                summed.add_(hop.part());
            }
        }
    }

    /** Every byte of the summed shard once, in one collective. */
    public void hopTwo() {
        replication.allReduce(states.gradients()).join();
    }

    @Override
    public void close() {
        sums.values().forEach(GradientSum::close);
    }
}
