package io.sparkmics.engine.gradient;

import io.sparkmics.bootstrap.collectives.Communicator;
import io.sparkmics.bootstrap.collectives.Pending;
import io.sparkmics.engine.device.WaitClock;
import io.sparkmics.engine.device.WaitKind;
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
 * group and summed into the shard. Hop 2, once a step: the summed shards are all-reduced over the replication group, those of
 * a unit as soon as its last hop 1 is done. Source: MiCS, section 3.4.
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
    private final ModelStates states;
    private final GradientBuffer buffer;
    private final Map<UnitShard, GradientSum> sums = new IdentityHashMap<>();
    private final Deque<HopOne> inFlight = new ArrayDeque<>();
    private final HopTwo hopTwo;
    private final WaitClock waits;
    private boolean firstMicroStep;
    private boolean lastMicroStep;

    /**
     * @param buffer has room for each unit that is not whole in its shard; it and the others stay the caller's
     */
    public GradientSynchronization(
            Communicator partition, ModelStates states, GradientBuffer buffer, HopTwo hopTwo, WaitClock waits) {
        this.partition = partition;
        this.states = states;
        this.buffer = buffer;
        this.hopTwo = hopTwo;
        this.waits = waits;
        for (UnitShard shard : states.layout().shards()) {
            sums.put(shard, new GradientSum(shard, shard.whole() ? states.gradients(shard) : buffer.whole(shard)));
        }
    }

    /** A step begins: what stands in the shards are the gradients of the one before. */
    public void begin() {
        firstMicroStep = true;
        lastMicroStep = false;
        sums.values().forEach(GradientSum::clear);
        hopTwo.begin();
    }

    /** The backward pass that begins is the step's last: what it completes takes hop 2. */
    public void lastMicroStep() {
        lastMicroStep = true;
    }

    /** Adds what one stage's backward pass made of a unit: one that several stages share is summed here, before hop 1. */
    @Override
    public void accumulate(UnitShard shard, TensorVector gradients, long first) {
        sums.get(shard).add(gradients, first);
    }

    /** Takes what one stage's backward pass makes in parts. The caller's to complete and to close, before hop 1. */
    public PartSums inParts() {
        return new PartSums(this, states.types());
    }

    /** Starts hop 1 of a unit whose gradients are complete; it runs while the next unit's backward pass computes. */
    public void hopOne(UnitShard shard) {
        GradientSum sum = sums.get(shard);
        sum.fill();
        if (shard.whole()) {
            summed(shard);
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
        waits.join(WaitKind.HOP_ONE, hop.pending());
        addToShard(hop);
        summed(hop.shard());
    }

    private void addToShard(HopOne hop) {
        Tensor sum = states.gradients(hop.shard());
        if (hop.part() == sum) {
            return;
        }
        try (PointerScope scope = new PointerScope()) {
            if (firstMicroStep) {
                sum.copy_(hop.part());
            } else {
                sum.add_(hop.part());
            }
        }
    }

    private void summed(UnitShard shard) {
        if (lastMicroStep) {
            hopTwo.summed(shard);
        }
    }

    /** The step ends: after it the gradients of all replicas are summed, every byte of the shards once. */
    public void finishHopTwo() {
        hopTwo.finish();
    }

    @Override
    public void close() {
        sums.values().forEach(GradientSum::close);
    }
}
