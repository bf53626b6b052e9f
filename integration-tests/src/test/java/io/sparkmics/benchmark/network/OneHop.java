package io.sparkmics.benchmark.network;

import io.sparkmics.bootstrap.collectives.Communicator;
import io.sparkmics.bootstrap.collectives.Pending;
import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.groups.ClusterLayout;
import io.sparkmics.bootstrap.groups.Group;
import io.sparkmics.bootstrap.groups.GroupKind;
import io.sparkmics.bootstrap.groups.Place;
import io.sparkmics.bootstrap.traffic.TrafficModel;
import io.sparkmics.bootstrap.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * What gradients cost without two hops: those of each micro-step are summed over all replicas, unit by unit, as soon as they
 * are over the partition group, and nothing is left for the end of the step. The sums are the same.
 */
final class OneHop implements Transport {

    /** Loss, norm and the like take the way that they always take. */
    private static final long FEW_NUMBERS = 8;

    private final Transport transport;

    OneHop(Transport transport) {
        this.transport = transport;
    }

    @Override
    public byte[] offer(Place place, int worldSize, CommunicationSettings settings) {
        return transport.offer(place, worldSize, settings);
    }

    @Override
    public List<Communicator> connect(List<byte[]> offers, ClusterLayout layout, List<Group> groups) {
        List<Communicator> made = new ArrayList<>(transport.connect(offers, layout, groups));
        List<GroupKind> kinds = groups.stream().map(Group::kind).toList();
        int partition = kinds.indexOf(GroupKind.PARTITION);
        int replication = kinds.indexOf(GroupKind.REPLICATION);
        Communicator replicas = made.get(replication);
        made.set(partition, new Partition(made.get(partition), replicas));
        made.set(replication, new Replication(replicas));
        return made;
    }

    @Override
    public RankDevice device() {
        return transport.device();
    }

    @Override
    public void synchronize() {
        transport.synchronize();
    }

    @Override
    public TrafficModel trafficModel() {
        return transport.trafficModel();
    }

    @Override
    public void close() {
        transport.close();
    }

    private record Partition(Communicator communicator, Communicator replicas) implements Communicator {

        @Override
        public Pending reduceScatter(Tensor whole, Tensor shard) {
            return communicator.reduceScatter(whole, shard).then(() -> replicas.allReduce(shard));
        }

        @Override
        public Group group() {
            return communicator.group();
        }

        @Override
        public Pending gather(Tensor shard, Tensor whole) {
            return communicator.gather(shard, whole);
        }

        @Override
        public Pending allReduce(Tensor tensor) {
            return communicator.allReduce(tensor);
        }

        @Override
        public Pending broadcast(Tensor tensor, int root) {
            return communicator.broadcast(tensor, root);
        }

        @Override
        public Optional<Tensor> commonMemory(long bytes) {
            return communicator.commonMemory(bytes);
        }

        @Override
        public void close() {
            communicator.close();
        }

        @Override
        public void abort() {
            communicator.abort();
        }
    }

    private record Replication(Communicator communicator) implements Communicator {

        @Override
        public Pending allReduce(Tensor tensor) {
            return tensor.numel() > FEW_NUMBERS ? () -> {} : communicator.allReduce(tensor);
        }

        @Override
        public Group group() {
            return communicator.group();
        }

        @Override
        public Pending gather(Tensor shard, Tensor whole) {
            return communicator.gather(shard, whole);
        }

        @Override
        public Pending reduceScatter(Tensor whole, Tensor shard) {
            return communicator.reduceScatter(whole, shard);
        }

        @Override
        public Pending broadcast(Tensor tensor, int root) {
            return communicator.broadcast(tensor, root);
        }

        @Override
        public Optional<Tensor> commonMemory(long bytes) {
            return communicator.commonMemory(bytes);
        }

        @Override
        public void close() {
            communicator.close();
        }

        @Override
        public void abort() {
            communicator.abort();
        }
    }
}
