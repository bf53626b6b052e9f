package io.sparkmics.bootstrap.nccl;

import io.sparkmics.bootstrap.deadline.CommunicationException;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.deadline.PeerException;
import io.sparkmics.bootstrap.deadline.PollingWait;
import io.sparkmics.bootstrap.deadline.UninterruptibleWait;
import io.sparkmics.bootstrap.groups.Collective;
import io.sparkmics.bootstrap.groups.Group;
import io.sparkmics.bootstrap.groups.Names;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * All communicators of one rank: that of the world, and those of its groups, split from it.
 *
 * <p>One world and its parts, not one unique id for each group: an id must be made before anyone knows the layout, costs its
 * maker a listening thread until all its ranks have come, and is a secret more to carry. A group of all ranks is the world
 * itself.
 *
 * <p>For the rank's thread, but for {@link #abort}.
 */
final class NcclWorld {

    /** How long the clean end of a communicator may take; past it, or in a cancelled task, it is aborted. */
    private static final Duration CLEAN_END = Duration.ofSeconds(10);

    /** How long an abort lets a call on a communicator come back. */
    private static final Duration CALL_END = Duration.ofSeconds(1);

    /** How long the trouble that a rank makes by leaving counts for nothing where all have come. */
    private static final Duration LEAVING = Duration.ofSeconds(2);

    private static final String MEET = "reach all ranks over NCCL";

    private final NcclRuntime runtime;
    private final CommunicationSettings settings;
    private final List<NcclRuntime.Handle> communicators = new CopyOnWriteArrayList<>();

    /** Keeps a communicator from being freed under a call. */
    private final ReentrantLock using = new ReentrantLock();

    private volatile boolean aborted;
    private final AtomicBoolean ended = new AtomicBoolean();

    private NcclWorld(NcclRuntime runtime, CommunicationSettings settings) {
        this.runtime = runtime;
        this.settings = settings;
    }

    /**
     * Joins the world and makes this rank's groups, on the device that was selected. All ranks do so together.
     *
     * @param groups every rank gives the same kinds in the same order
     * @return with one communicator for each group, in their order, behind that of the world
     */
    static NcclWorld join(
            NcclRuntime runtime,
            UniqueId id,
            int worldSize,
            int rank,
            List<Group> groups,
            CommunicationSettings settings) {
        NcclWorld world = new NcclWorld(runtime, settings);
        try {
            String what = "join the " + Names.count(worldSize, "rank") + " as rank " + rank;
            NcclRuntime.Handle all = world.own(runtime.join(id, worldSize, rank));
            world.awaitReady(all, what);
            for (Group group : groups) {
                if (group.size() < worldSize) {
                    NcclRuntime.Handle part =
                            world.own(runtime.split(all, group.ranks().get(0), group.index()));
                    // Until the world is ready again the part is not there.
                    world.awaitReady(all, "make " + Names.of(group));
                    world.awaitReady(part, "make " + Names.of(group));
                } else {
                    world.own(all);
                }
            }
            world.meet(all, worldSize);
            return world;
        } catch (RuntimeException | Error e) {
            world.abort();
            throw e;
        }
    }

    /**
     * The first collective makes the connections, and its sum shows that they work. A rank that left at once would also break
     * the joining of those that are not through with it; from here on it may, so its leaving is no trouble here.
     */
    private void meet(NcclRuntime.Handle all, int worldSize) {
        try (PointerScope scope = new PointerScope()) {
            Tensor sum = torch.ones(new long[] {1}, runtime.device().options(ScalarType.Float));
            communicateAfterCompute();
            begin(all, List.of(new NcclRuntime.Operation(Collective.ALL_REDUCE, sum, sum, 0)));
            await(millis -> ready(all, pollMillis(all, millis)), all, MEET);
            NcclRuntime.Mark met = runtime.communicated();
            try {
                await(millis -> Polling.until(() -> runtime.reached(met), pollMillis(all, millis)), all, MEET);
                runtime.computeAfter(met);
            } finally {
                runtime.release(met);
            }
            float came = sum.item_float();
            if (came != worldSize) {
                throw new CommunicationException("Cannot " + MEET + ": "
                        + trouble(all).orElse("of " + worldSize + " ranks " + came + " have come") + ".");
            }
        }
    }

    /** Who has met the others may leave before the slowest of them has seen that it has met them too. */
    private long pollMillis(NcclRuntime.Handle all, long millis) {
        return progress(all).trouble().isPresent() ? Math.max(millis, LEAVING.toMillis()) : millis;
    }

    private NcclRuntime.Handle own(NcclRuntime.Handle communicator) {
        communicators.add(communicator);
        return communicator;
    }

    /** The communicator of the group at this place of the list that was given. */
    NcclRuntime.Handle communicator(int group) {
        return communicators.get(group + 1);
    }

    NcclRuntime runtime() {
        return runtime;
    }

    CommunicationSettings settings() {
        return settings;
    }

    /** Waits until what was begun on a communicator has gone through. */
    void awaitReady(NcclRuntime.Handle communicator, String what) {
        await(millis -> ready(communicator, millis), communicator, what);
        trouble(communicator).ifPresent(reason -> {
            throw new PeerException("Cannot " + what + ": " + reason + ".");
        });
    }

    private void await(PollingWait.Wait wait, NcclRuntime.Handle communicator, String what) {
        PollingWait.await(
                wait,
                settings,
                () -> trouble(communicator),
                (reason, cause) -> new PeerException("Cannot " + what + ": " + reason + ".", cause));
    }

    private boolean ready(NcclRuntime.Handle communicator, long millis) throws InterruptedException {
        return Polling.until(() -> !aborted && !progress(communicator).busy(), millis);
    }

    /** Why nothing can come of this communicator any more. */
    Optional<String> trouble(NcclRuntime.Handle communicator) {
        return aborted
                ? Optional.of("the communicator was aborted")
                : progress(communicator).trouble();
    }

    /** The same of any of them. */
    Optional<String> trouble() {
        return communicators.stream()
                .map(this::trouble)
                .flatMap(Optional::stream)
                .findFirst();
    }

    private NcclRuntime.Progress progress(NcclRuntime.Handle communicator) {
        using.lock();
        try {
            return aborted || ended.get()
                    ? new NcclRuntime.Progress(true, Optional.empty())
                    : runtime.progress(communicator);
        } finally {
            using.unlock();
        }
    }

    /** What is on the communication stream from now on comes behind all that this thread has computed. */
    void communicateAfterCompute() {
        NcclRuntime.Mark computed = runtime.computed();
        try {
            runtime.communicateAfter(computed);
        } finally {
            runtime.release(computed);
        }
    }

    /** Puts collectives on the communication stream, in one go; when it comes back, they are there. */
    void launch(NcclRuntime.Handle communicator, List<NcclRuntime.Operation> operations, String what) {
        if (!begin(communicator, operations)) {
            awaitReady(communicator, what);
        }
    }

    private boolean begin(NcclRuntime.Handle communicator, List<NcclRuntime.Operation> operations) {
        using.lock();
        try {
            return !aborted && runtime.launch(communicator, operations);
        } finally {
            using.unlock();
        }
    }

    boolean aborted() {
        return aborted;
    }

    /**
     * Ends everything that is in flight here. Peers on other hosts notice, those on the same host may not: they wait until
     * their task is cancelled or their deadline has come. Idempotent, for any thread.
     */
    void abort() {
        aborted = true;
        // A call that does not come back is what an abort is for: after a while NCCL lets it come from beside.
        boolean alone =
                UninterruptibleWait.within(CALL_END.toMillis(), millis -> using.tryLock(millis, TimeUnit.MILLISECONDS));
        try {
            if (ended.compareAndSet(false, true)) {
                runtime.abort(distinct());
            }
        } finally {
            if (alone) {
                using.unlock();
            }
        }
    }

    /** The clean way out: nothing is in flight. */
    void close() {
        List<NcclRuntime.Handle> all = new ArrayList<>(distinct());
        // The world last: its parts lean on it.
        Collections.reverse(all);
        try {
            all.forEach(this::finish);
            if (ended.compareAndSet(false, true)) {
                all.forEach(runtime::destroy);
            }
        } catch (CommunicationException e) {
            // The training is done; a peer that is gone already must not spoil it.
            abort();
        }
    }

    private void finish(NcclRuntime.Handle communicator) {
        using.lock();
        try {
            if (ended.get()) {
                return;
            }
            runtime.finalizing(communicator);
        } finally {
            using.unlock();
        }
        PollingWait.await(
                millis -> ready(communicator, millis),
                settings.withTimeout(CLEAN_END),
                () -> trouble(communicator),
                PeerException::new);
    }

    private List<NcclRuntime.Handle> distinct() {
        return communicators.stream().distinct().toList();
    }
}
