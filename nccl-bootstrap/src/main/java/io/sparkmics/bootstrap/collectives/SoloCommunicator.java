package io.sparkmics.bootstrap.collectives;

import io.sparkmics.bootstrap.groups.Collective;
import io.sparkmics.bootstrap.groups.Group;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** The communicator of a group that has one member: a copy where there are two tensors, nothing elsewhere. */
public final class SoloCommunicator implements Communicator {

    private static final Pending DONE = () -> {};

    private final Group group;
    private final RankDevice device;

    public SoloCommunicator(Group group, RankDevice device) {
        this.group = group;
        this.device = device;
    }

    @Override
    public Group group() {
        return group;
    }

    @Override
    public Pending gather(Tensor shard, Tensor whole) {
        Arguments.check(Collective.GATHER, group, device, shard, whole);
        Tensors.copy(shard, whole);
        return DONE;
    }

    @Override
    public Pending reduceScatter(Tensor whole, Tensor shard) {
        Arguments.check(Collective.REDUCE_SCATTER, group, device, shard, whole);
        Tensors.copy(whole, shard);
        return DONE;
    }

    @Override
    public Pending allReduce(Tensor tensor) {
        Arguments.check(Collective.ALL_REDUCE, group, device, tensor);
        return DONE;
    }

    @Override
    public Pending broadcast(Tensor tensor, int root) {
        Arguments.check(Collective.BROADCAST, group, device, tensor, root);
        return DONE;
    }

    @Override
    public Optional<Tensor> commonMemory(long bytes) {
        return Optional.empty();
    }

    @Override
    public void close() {}

    @Override
    public void abort() {}
}
