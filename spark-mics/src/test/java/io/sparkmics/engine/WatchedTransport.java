package io.sparkmics.engine;

import io.sparkmics.bootstrap.collectives.Communicator;
import io.sparkmics.bootstrap.collectives.Pending;
import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.gloo.GlooTransport;
import io.sparkmics.bootstrap.groups.ClusterLayout;
import io.sparkmics.bootstrap.groups.Group;
import io.sparkmics.bootstrap.groups.Place;
import io.sparkmics.bootstrap.traffic.TrafficModel;
import io.sparkmics.bootstrap.transport.Transport;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.pytorch.Tensor;

/** Gloo, and how many of a rank's gathers were at most under way without a wait of the host behind them; a join is none. */
final class WatchedTransport implements Transport {

    private final Transport delegate = GlooTransport.on("127.0.0.1");
    private final AtomicInteger most;
    private final Set<Pending> unawaited = new HashSet<>();

    WatchedTransport(AtomicInteger most) {
        this.most = most;
    }

    @Override
    public byte[] offer(Place place, int worldSize, CommunicationSettings settings) {
        return delegate.offer(place, worldSize, settings);
    }

    @Override
    public List<Communicator> connect(List<byte[]> offers, ClusterLayout layout, List<Group> groups) {
        return delegate.connect(offers, layout, groups).stream()
                .<Communicator>map(Watched::new)
                .toList();
    }

    @Override
    public RankDevice device() {
        return delegate.device();
    }

    @Override
    public void synchronize() {
        delegate.synchronize();
        unawaited.clear();
    }

    @Override
    public TrafficModel trafficModel() {
        return delegate.trafficModel();
    }

    @Override
    public void close() {
        delegate.close();
    }

    private final class Watched implements Communicator {

        private final Communicator group;

        Watched(Communicator group) {
            this.group = group;
        }

        @Override
        public Group group() {
            return group.group();
        }

        @Override
        public Pending gather(Tensor shard, Tensor whole) {
            Pending gather = group.gather(shard, whole);
            Pending watched = new Pending() {

                @Override
                public void await() {
                    gather.await();
                    unawaited.remove(this);
                }

                @Override
                public void join() {
                    gather.join();
                }
            };
            unawaited.add(watched);
            most.accumulateAndGet(unawaited.size(), Math::max);
            return watched;
        }

        @Override
        public Pending reduceScatter(Tensor whole, Tensor shard) {
            return group.reduceScatter(whole, shard);
        }

        @Override
        public Pending allReduce(Tensor tensor) {
            return group.allReduce(tensor);
        }

        @Override
        public Pending broadcast(Tensor tensor, int root) {
            return group.broadcast(tensor, root);
        }

        /** Gathers are to be seen. */
        @Override
        public Optional<Tensor> commonMemory(long bytes) {
            return Optional.empty();
        }

        @Override
        public void close() {
            group.close();
        }

        @Override
        public void abort() {
            group.abort();
        }
    }
}
