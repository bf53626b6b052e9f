package io.sparkmics.engine;

import io.sparkmics.bootstrap.collectives.Communicator;
import io.sparkmics.bootstrap.collectives.Pending;
import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.gloo.GlooTransport;
import io.sparkmics.bootstrap.groups.ClusterLayout;
import io.sparkmics.bootstrap.groups.Collective;
import io.sparkmics.bootstrap.groups.Group;
import io.sparkmics.bootstrap.groups.GroupKind;
import io.sparkmics.bootstrap.groups.Place;
import io.sparkmics.bootstrap.memory.MemoryTransport;
import io.sparkmics.bootstrap.traffic.TrafficModel;
import io.sparkmics.bootstrap.transport.Transport;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/** Memory and Gloo, with somebody at the line: asked for each collective that a rank starts. */
record TappedTransport(Transport delegate, Tap tap) implements Transport {

    @FunctionalInterface
    interface Tap {

        /** @return what the rank gets, of what {@code start} starts */
        Pending start(Collective collective, GroupKind group, Supplier<Pending> start);
    }

    TappedTransport(Tap tap) {
        this(MemoryTransport.over(GlooTransport.on("127.0.0.1")), tap);
    }

    @Override
    public byte[] offer(Place place, int worldSize, CommunicationSettings settings) {
        return delegate.offer(place, worldSize, settings);
    }

    @Override
    public List<Communicator> connect(List<byte[]> offers, ClusterLayout layout, List<Group> groups) {
        return delegate.connect(offers, layout, groups).stream()
                .<Communicator>map(communicator -> new Tapped(communicator, tap))
                .toList();
    }

    @Override
    public RankDevice device() {
        return delegate.device();
    }

    @Override
    public void synchronize() {
        delegate.synchronize();
    }

    @Override
    public TrafficModel trafficModel() {
        return delegate.trafficModel();
    }

    @Override
    public void close() {
        delegate.close();
    }

    private record Tapped(Communicator delegate, Tap tap) implements Communicator {

        private Pending start(Collective collective, Supplier<Pending> start) {
            return tap.start(collective, group().kind(), start);
        }

        @Override
        public Group group() {
            return delegate.group();
        }

        @Override
        public Pending gather(Tensor shard, Tensor whole) {
            return start(Collective.GATHER, () -> delegate.gather(shard, whole));
        }

        @Override
        public Pending reduceScatter(Tensor whole, Tensor shard) {
            return start(Collective.REDUCE_SCATTER, () -> delegate.reduceScatter(whole, shard));
        }

        @Override
        public Pending allReduce(Tensor tensor) {
            return start(Collective.ALL_REDUCE, () -> delegate.allReduce(tensor));
        }

        @Override
        public Pending broadcast(Tensor tensor, int root) {
            return start(Collective.BROADCAST, () -> delegate.broadcast(tensor, root));
        }

        /** Gathers are to be seen. */
        @Override
        public Optional<Tensor> commonMemory(long bytes) {
            return Optional.empty();
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
}
