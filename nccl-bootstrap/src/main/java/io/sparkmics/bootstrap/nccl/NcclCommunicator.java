package io.sparkmics.bootstrap.nccl;

import io.sparkmics.bootstrap.collectives.Arguments;
import io.sparkmics.bootstrap.collectives.Communicator;
import io.sparkmics.bootstrap.collectives.Pending;
import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.bootstrap.collectives.Tensors;
import io.sparkmics.bootstrap.deadline.CommunicationException;
import io.sparkmics.bootstrap.deadline.UninterruptibleWait;
import io.sparkmics.bootstrap.groups.Collective;
import io.sparkmics.bootstrap.groups.Group;
import io.sparkmics.bootstrap.groups.Names;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * The collectives of one group, on the rank's one communication stream. Each begins behind all that the thread has computed
 * before, so a buffer that was used there may be written by the collective.
 */
final class NcclCommunicator implements Communicator {

    /** Nothing should be in flight when a communicator is closed; after an error something may be. */
    private static final long CLEAN_END_MILLIS = 100;

    private final Group group;
    private final NcclWorld world;
    private final NcclRuntime.Handle handle;
    private final Deque<NcclPending> inFlight = new ArrayDeque<>();
    private boolean closed;
    private long sequence;

    NcclCommunicator(Group group, NcclWorld world, NcclRuntime.Handle handle) {
        this.group = group;
        this.world = world;
        this.handle = handle;
    }

    @Override
    public Group group() {
        return group;
    }

    @Override
    public Pending gather(Tensor shard, Tensor whole) {
        Arguments.check(Collective.GATHER, group, device(), shard, whole);
        return start(Collective.GATHER, List.of(shard), List.of(whole), 0);
    }

    @Override
    public Pending gather(List<Tensor> shards, List<Tensor> wholes) {
        for (int i = 0; i < shards.size(); i++) {
            Arguments.check(Collective.GATHER, group, device(), shards.get(i), wholes.get(i));
        }
        return start(Collective.GATHER, shards, wholes, 0);
    }

    @Override
    public Pending reduceScatter(Tensor whole, Tensor shard) {
        Arguments.check(Collective.REDUCE_SCATTER, group, device(), shard, whole);
        return start(Collective.REDUCE_SCATTER, List.of(whole), List.of(shard), 0);
    }

    @Override
    public Pending allReduce(Tensor tensor) {
        Arguments.check(Collective.ALL_REDUCE, group, device(), tensor);
        return start(Collective.ALL_REDUCE, List.of(tensor), List.of(tensor), 0);
    }

    @Override
    public Pending broadcast(Tensor tensor, int root) {
        Arguments.check(Collective.BROADCAST, group, device(), tensor, root);
        return start(Collective.BROADCAST, List.of(tensor), List.of(tensor), root);
    }

    private RankDevice device() {
        return world.runtime().device();
    }

    private Pending start(Collective collective, List<Tensor> from, List<Tensor> to, int root) {
        if (closed) {
            throw new CommunicationException("Cannot start " + Names.of(collective) + " in " + Names.of(group)
                    + ": the communicator is closed.");
        }
        forgetFinished();
        long first = sequence;
        sequence += from.size();
        String numbers = first + (from.size() > 1 ? " to " + (sequence - 1) : "");
        String what = Names.of(collective) + " " + numbers + " of " + Names.of(group);
        world.communicateAfterCompute();
        List<NcclRuntime.Operation> operations = new ArrayList<>();
        for (int i = 0; i < from.size(); i++) {
            operations.add(
                    new NcclRuntime.Operation(collective, Tensors.flat(from.get(i)), Tensors.flat(to.get(i)), root));
        }
        // Now already in flight: where the start itself fails, its tensors are let go of with the others'.
        NcclPending pending = new NcclPending(what, this, operations);
        inFlight.add(pending);
        List<NcclRuntime.Operation> moving = operations.stream()
                .filter(operation -> operation.from().numel() > 0)
                .toList();
        if (!moving.isEmpty()) {
            try {
                world.launch(handle, moving, "finish " + what);
            } catch (CommunicationException e) {
                giveUp();
                throw e;
            }
        }
        pending.launched(world.runtime().communicated());
        return pending;
    }

    /** Operations that were joined and never awaited are seen to here. */
    private void forgetFinished() {
        while (!inFlight.isEmpty() && inFlight.peek().over()) {
            inFlight.remove().finish();
        }
    }

    void finished(NcclPending pending) {
        inFlight.remove(pending);
        pending.finish();
    }

    NcclWorld world() {
        return world;
    }

    NcclRuntime.Handle handle() {
        return handle;
    }

    /** Aborts, and comes back when nothing that was started uses its memory any more. */
    void giveUp() {
        world.abort();
        awaitEnd(UninterruptibleWait.MILLIS);
        while (!inFlight.isEmpty()) {
            inFlight.remove().finish();
        }
    }

    /** All of them within one deadline. */
    private void awaitEnd(long millis) {
        UninterruptibleWait.within(
                millis, left -> Polling.until(() -> inFlight.stream().allMatch(NcclPending::over), left));
    }

    @Override
    public Optional<Tensor> commonMemory(long bytes) {
        return Optional.empty();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        forgetFinished();
        awaitEnd(CLEAN_END_MILLIS);
        forgetFinished();
        if (!inFlight.isEmpty()) {
            giveUp();
        }
    }

    @Override
    public void abort() {
        world.abort();
    }
}
