package io.sparkmics.bootstrap.traffic;

import io.sparkmics.bootstrap.collectives.Communicator;
import io.sparkmics.bootstrap.collectives.Pending;
import io.sparkmics.bootstrap.groups.ClusterLayout;
import io.sparkmics.bootstrap.groups.Collective;
import io.sparkmics.bootstrap.groups.Group;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** Counts what its delegate sends, by kind of group and link class. */
public final class CountingCommunicator implements Communicator {

    private final Communicator delegate;
    private final TrafficModel trafficModel;
    private final ClusterLayout layout;
    private final Traffic traffic;

    public CountingCommunicator(
            Communicator delegate, TrafficModel trafficModel, ClusterLayout layout, Traffic traffic) {
        this.delegate = delegate;
        this.trafficModel = trafficModel;
        this.layout = layout;
        this.traffic = traffic;
    }

    @Override
    public Group group() {
        return delegate.group();
    }

    @Override
    public Pending gather(Tensor shard, Tensor whole) {
        Pending pending = delegate.gather(shard, whole);
        count(Collective.GATHER, whole, 0);
        return pending;
    }

    @Override
    public Pending gather(List<Tensor> shards, List<Tensor> wholes) {
        Pending pending = delegate.gather(shards, wholes);
        wholes.forEach(whole -> count(Collective.GATHER, whole, 0));
        return pending;
    }

    @Override
    public Pending reduceScatter(Tensor whole, Tensor shard) {
        Pending pending = delegate.reduceScatter(whole, shard);
        count(Collective.REDUCE_SCATTER, whole, 0);
        return pending;
    }

    @Override
    public Pending allReduce(Tensor tensor) {
        Pending pending = delegate.allReduce(tensor);
        count(Collective.ALL_REDUCE, tensor, 0);
        return pending;
    }

    @Override
    public Pending broadcast(Tensor tensor, int root) {
        Pending pending = delegate.broadcast(tensor, root);
        count(Collective.BROADCAST, tensor, root);
        return pending;
    }

    private void count(Collective collective, Tensor whole, int root) {
        Group group = group();
        traffic.count(group.kind(), collective);
        if (group.size() == 1) {
            return;
        }
        trafficModel.sends(
                collective, group, whole.numel(), Math.toIntExact(whole.element_size()), root, (index, bytes) -> {
                    boolean inside = layout.sameNode(group.rank(), group.ranks().get(index));
                    traffic.sent(group.kind(), inside ? LinkClass.INSIDE_NODE : LinkClass.BETWEEN_NODES, bytes);
                });
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
