package io.sparkmics.bootstrap.collectives;

import io.sparkmics.bootstrap.deadline.CollectiveCall;
import io.sparkmics.bootstrap.deadline.RankProgress;
import io.sparkmics.bootstrap.groups.Collective;
import io.sparkmics.bootstrap.groups.Group;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;

/** Notes in the rank's progress what its delegate starts and is waited for. */
public final class TrackedCommunicator implements Communicator {

    private final Communicator delegate;
    private final RankProgress progress;
    private long sequence;

    public TrackedCommunicator(Communicator delegate, RankProgress progress) {
        this.delegate = delegate;
        this.progress = progress;
    }

    @Override
    public Group group() {
        return delegate.group();
    }

    @Override
    public Pending gather(Tensor shard, Tensor whole) {
        return start(Collective.GATHER, 1, () -> delegate.gather(shard, whole));
    }

    @Override
    public Pending gather(List<Tensor> shards, List<Tensor> wholes) {
        return start(Collective.GATHER, shards.size(), () -> delegate.gather(shards, wholes));
    }

    @Override
    public Pending reduceScatter(Tensor whole, Tensor shard) {
        return start(Collective.REDUCE_SCATTER, 1, () -> delegate.reduceScatter(whole, shard));
    }

    @Override
    public Pending allReduce(Tensor tensor) {
        return start(Collective.ALL_REDUCE, 1, () -> delegate.allReduce(tensor));
    }

    @Override
    public Pending broadcast(Tensor tensor, int root) {
        return start(Collective.BROADCAST, 1, () -> delegate.broadcast(tensor, root));
    }

    private Pending start(Collective collective, int count, Supplier<Pending> operation) {
        List<CollectiveCall> calls = LongStream.range(sequence, sequence + count)
                .mapToObj(number -> new CollectiveCall(collective, number, group().kind(), group().ranks()))
                .toList();
        Pending pending = progress.waiting(calls, operation);
        // One that was refused is none.
        sequence += count;
        calls.forEach(progress::started);
        return new Tracked(pending, calls);
    }

    /** Also knows what its rank waits for meanwhile. */
    private final class Tracked implements Pending {

        private final Pending pending;
        private final List<CollectiveCall> calls;

        Tracked(Pending pending, List<CollectiveCall> calls) {
            this.pending = pending;
            this.calls = calls;
        }

        @Override
        public void await() {
            during(pending::await);
        }

        @Override
        public void join() {
            during(pending::join);
        }

        @Override
        public Pending then(Supplier<Pending> next) {
            return new Tracked(pending.then(next), calls);
        }

        private void during(Runnable wait) {
            progress.waiting(calls, () -> {
                wait.run();
                return null;
            });
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
