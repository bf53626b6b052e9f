package io.sparkmics.engine.gradient;

import io.sparkmics.bootstrap.collectives.Communicator;
import io.sparkmics.bootstrap.collectives.Pending;
import io.sparkmics.engine.device.ElementTypes;
import io.sparkmics.engine.device.WaitClock;
import io.sparkmics.engine.device.WaitKind;
import io.sparkmics.engine.gather.GatheredUnit;
import io.sparkmics.engine.shard.ModelStates;
import io.sparkmics.engine.shard.UnitShard;
import io.sparkmics.plan.GradientBucket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The all-reduce of summed gradient shards over the replication group, bucket by bucket. The order of buckets was decided
 * before anything ran: a bucket that is complete waits for those before it, so all ranks start the same.
 */
public final class HopTwo implements AutoCloseable {

    private final Communicator replication;
    private final WaitClock waits;
    private final boolean overlapped;
    private final List<ReplicatedBucket> buckets = new ArrayList<>();
    private final Map<UnitShard, Integer> bucketOf = new IdentityHashMap<>();
    private final int[] units;
    private final int[] missing;
    private final Deque<Pending> inFlight = new ArrayDeque<>();
    private int started;
    private int finished;

    /**
     * @param states stay the caller's, as the communicator does
     * @param stages what each stage's forward pass reads
     * @param messageBytes what a replica sends to the next at a time is as large, or larger
     * @param overlapped whether a bucket starts when it is complete; if not, when the step is at its end
     */
    public HopTwo(
            Communicator replication,
            ModelStates states,
            List<List<GatheredUnit>> stages,
            long messageBytes,
            boolean overlapped,
            WaitClock waits) {
        this.replication = replication;
        this.waits = waits;
        this.overlapped = overlapped;
        int replicas = replication.group().size();
        ScalarType type =
                replicas == 1 ? states.types().states() : states.types().replication();
        List<UnitShard> shards = states.layout().shards();
        List<GradientBucket> plan = GradientBucket.of(
                stages.stream()
                        .map(stage -> stage.stream()
                                .map(unit -> shards.indexOf(unit.shard()))
                                .toList())
                        .toList(),
                shards.stream().map(UnitShard::size).toList(),
                bucketBytes(messageBytes, replicas) / ElementTypes.bytes(type));
        this.units = new int[plan.size()];
        this.missing = new int[plan.size()];
        try (PointerScope scope = new PointerScope()) {
            for (int bucket = 0; bucket < plan.size(); bucket++) {
                GradientBucket planned = plan.get(bucket);
                for (int unit : planned.units()) {
                    bucketOf.put(shards.get(unit), bucket);
                }
                units[bucket] = planned.units().size();
                buckets.add(new ReplicatedBucket(states.gradients().narrow(0, planned.offset(), planned.size()), type));
            }
        }
    }

    /** Bytes of a bucket; of all there are, where a message may be so large. */
    private static long bucketBytes(long messageBytes, int replicas) {
        return messageBytes > Long.MAX_VALUE / replicas ? Long.MAX_VALUE : messageBytes * replicas;
    }

    /** A step begins: nothing of it is summed. */
    void begin() {
        started = 0;
        finished = 0;
        System.arraycopy(units, 0, missing, 0, units.length);
    }

    /** The shard holds the sum of all micro-steps. */
    void summed(UnitShard shard) {
        missing[bucketOf.get(shard)]--;
        while (overlapped && started < missing.length && missing[started] == 0) {
            startNext();
        }
    }

    /** Starts what has not begun; afterwards all gradients are summed over the replicas. */
    void finish() {
        while (started < buckets.size()) {
            startNext();
        }
        while (!inFlight.isEmpty()) {
            waits.join(WaitKind.HOP_TWO, inFlight.remove());
            buckets.get(finished).received();
            finished++;
        }
    }

    private void startNext() {
        inFlight.add(replication.allReduce(buckets.get(started).toSend()));
        started++;
    }

    @Override
    public void close() {
        buckets.forEach(ReplicatedBucket::close);
    }
}
