package io.sparkmics.bootstrap.collectives;

import io.sparkmics.bootstrap.deadline.CommunicationException;
import io.sparkmics.bootstrap.groups.Collective;
import io.sparkmics.bootstrap.groups.Group;
import io.sparkmics.bootstrap.groups.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Compares each collective among the members before it is started, so that all of them throw where they differ. The bare
 * transport would hang, or end the process. While it is on, a call waits for the others to come.
 */
public final class CheckingCommunicator implements Communicator {

    private final Communicator delegate;
    private final Communicator channel;
    private final Checking checking;
    private final RankDevice device;
    private long sequence;

    /** @param channel what the comparison goes over: the bare transport, so that it is not counted as traffic of the run */
    public CheckingCommunicator(Communicator delegate, Communicator channel, Checking checking, RankDevice device) {
        this.delegate = delegate;
        this.channel = channel;
        this.checking = checking;
        this.device = device;
    }

    @Override
    public Group group() {
        return delegate.group();
    }

    @Override
    public Pending gather(Tensor shard, Tensor whole) {
        Arguments.check(Collective.GATHER, group(), device, shard, whole);
        compare(Collective.GATHER, whole, 0);
        return delegate.gather(shard, whole);
    }

    @Override
    public Pending gather(List<Tensor> shards, List<Tensor> wholes) {
        for (int i = 0; i < shards.size(); i++) {
            Arguments.check(Collective.GATHER, group(), device, shards.get(i), wholes.get(i));
            compare(Collective.GATHER, wholes.get(i), 0);
        }
        return delegate.gather(shards, wholes);
    }

    @Override
    public Pending reduceScatter(Tensor whole, Tensor shard) {
        Arguments.check(Collective.REDUCE_SCATTER, group(), device, shard, whole);
        compare(Collective.REDUCE_SCATTER, whole, 0);
        return delegate.reduceScatter(whole, shard);
    }

    @Override
    public Pending allReduce(Tensor tensor) {
        Arguments.check(Collective.ALL_REDUCE, group(), device, tensor);
        compare(Collective.ALL_REDUCE, tensor, 0);
        return delegate.allReduce(tensor);
    }

    @Override
    public Pending broadcast(Tensor tensor, int root) {
        Arguments.check(Collective.BROADCAST, group(), device, tensor, root);
        compare(Collective.BROADCAST, tensor, root);
        return delegate.broadcast(tensor, root);
    }

    private void compare(Collective collective, Tensor whole, int root) {
        long number = sequence++;
        if (!checking.on()) {
            return;
        }
        Call own = new Call(collective, number, whole.scalar_type().intern(), whole.numel(), root);
        List<Call> calls = exchange(own);
        if (calls.stream().distinct().count() > 1) {
            List<String> differing = new ArrayList<>();
            for (int index = 0; index < calls.size(); index++) {
                differing.add("rank " + group().ranks().get(index) + " calls " + calls.get(index));
            }
            throw new CommunicationException("Cannot start " + Names.of(collective) + " in " + Names.of(group())
                    + ": the members differ: " + String.join("; ", differing)
                    + ". All members must call the same operations in the same order, with the same sizes and types.");
        }
    }

    private List<Call> exchange(Call own) {
        try (PointerScope scope = new PointerScope()) {
            Tensor shard = onDevice(own.encoded());
            Tensor whole = torch.empty(new long[] {(long) Call.LENGTH * group().size()}, shard.options(), null);
            channel.gather(shard, whole).await();
            long[] encoded = new long[Math.toIntExact(whole.numel())];
            new LongPointer(whole.cpu().data_ptr_long()).get(encoded);
            List<Call> calls = new ArrayList<>();
            for (int index = 0; index < group().size(); index++) {
                calls.add(Call.decoded(encoded, index * Call.LENGTH));
            }
            return calls;
        }
    }

    /** Number by number: a copy to a GPU would wait for all that it computes, with no deadline. */
    private Tensor onDevice(long[] values) {
        Tensor tensor = torch.empty(new long[] {values.length}, device.options(torch.ScalarType.Long), null);
        for (int i = 0; i < values.length; i++) {
            tensor.select(0, i).fill_(new Scalar(values[i]));
        }
        return tensor;
    }

    /** What the members must agree on. */
    private record Call(Collective collective, long number, torch.ScalarType type, long size, long root) {

        static final int LENGTH = 5;

        long[] encoded() {
            return new long[] {collective.ordinal(), number, type.value, size, root};
        }

        static Call decoded(long[] all, int offset) {
            return new Call(
                    Collective.values()[Math.toIntExact(all[offset])],
                    all[offset + 1],
                    type((byte) all[offset + 2]),
                    all[offset + 3],
                    all[offset + 4]);
        }

        private static torch.ScalarType type(byte value) {
            for (torch.ScalarType type : torch.ScalarType.values()) {
                if (type.value == value) {
                    return type;
                }
            }
            throw new CommunicationException(
                    "Cannot compare collectives: no tensor type has the number " + value + ".");
        }

        @Override
        public String toString() {
            return Names.of(collective) + " " + number + " of " + size + " " + type
                    + (collective == Collective.BROADCAST ? " from member " + root : "");
        }
    }

    @Override
    public Optional<Tensor> commonMemory(long bytes) {
        return delegate.commonMemory(bytes);
    }

    @Override
    public void close() {
        delegate.close();
    }

    @Override
    public void abort() {
        delegate.abort();
    }
}
