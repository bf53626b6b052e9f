package io.sparkmics.bootstrap.nccl;

import io.sparkmics.bootstrap.Collective;
import io.sparkmics.bootstrap.CommunicationException;
import io.sparkmics.bootstrap.CommunicationSettings;
import io.sparkmics.bootstrap.Group;
import io.sparkmics.bootstrap.Names;
import io.sparkmics.bootstrap.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
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

    /** How long the clean end of a communicator may take; past it, it is aborted. */
    private static final Duration CLEAN_END = Duration.ofSeconds(10);

    private static final String MEET = "reach all ranks over NCCL";

    private final NcclRuntime runtime;
    private final CommunicationSettings settings;
    private final List<NcclRuntime.Handle> communicators = new ArrayList<>();

    /** Keeps a communicator from being freed under a call. */
    private final ReentrantLock using = new ReentrantLock();

    private volatile boolean aborted;
    private boolean ended;

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
            String what = "join the " + worldSize + " ranks as rank " + rank;
            NcclRuntime.Handle all = world.own(runtime.join(id, worldSize, rank));
            world.awaitReady(all, what);
            for (Group group : groups) {
                if (group.size() < worldSize) {
                    NcclRuntime.Handle part = runtime.split(all, group.ranks().get(0), group.index());
                    // Until the world is ready again the part is not there.
                    world.awaitReady(all, "make " + Names.of(group));
                    world.awaitReady(world.own(part), "make " + Names.of(group));
                } else {
                    world.own(all);
                }
            }
            world.meet(all);
            return world;
        } catch (RuntimeException | Error e) {
            world.abort();
            throw e;
        }
    }

    /**
     * The first collective makes the connections. And a rank that left at once would break the joining of those that are not
     * through with it.
     */
    private void meet(NcclRuntime.Handle all) {
        try (PointerScope scope = new PointerScope()) {
            Tensor sum = torch.zeros(new long[] {1}, runtime.device().options(ScalarType.Float));
            runtime.communicateAfter(runtime.computed());
            launch(Collective.ALL_REDUCE, all, sum, sum, 0, MEET);
            NcclRuntime.Mark met = runtime.communicated();
            await(millis -> Looks.until(() -> runtime.reached(met), millis), all, MEET);
            runtime.release(met);
        }
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
            throw new CommunicationException("Cannot " + what + ": " + reason + ".");
        });
    }

    private void await(Patience.Wait wait, NcclRuntime.Handle communicator, String what) {
        Patience.await(
                wait,
                settings,
                () -> trouble(communicator),
                (reason, cause) -> new CommunicationException("Cannot " + what + ": " + reason + ".", cause));
    }

    private boolean ready(NcclRuntime.Handle communicator, long millis) throws InterruptedException {
        if (aborted) {
            return false;
        }
        if (!progress(communicator).busy()) {
            return true;
        }
        Thread.sleep(Math.min(1, millis));
        return false;
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
            return aborted || ended ? new NcclRuntime.Progress(true, Optional.empty()) : runtime.progress(communicator);
        } finally {
            using.unlock();
        }
    }

    /** Puts a collective on the communication stream; when it comes back, it is there. */
    void launch(Collective collective, NcclRuntime.Handle communicator, Tensor from, Tensor to, int root, String what) {
        boolean launched;
        using.lock();
        try {
            launched = !aborted && runtime.launch(collective, communicator, from, to, root);
        } finally {
            using.unlock();
        }
        if (!launched) {
            awaitReady(communicator, what);
        }
    }

    boolean aborted() {
        return aborted;
    }

    /** Ends everything that is in flight, here and so at the peers. Idempotent, for any thread. */
    void abort() {
        aborted = true;
        boolean alone = aloneWithin(CLEAN_END);
        try {
            // A call that does not come back is what an abort is for: NCCL lets it come from beside.
            if (!ended) {
                ended = true;
                runtime.abort(distinct());
            }
        } finally {
            if (alone) {
                using.unlock();
            }
        }
    }

    private boolean aloneWithin(Duration time) {
        try {
            return using.tryLock(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return using.tryLock();
        }
    }

    /** The clean way out: nothing is in flight. */
    void close() {
        if (ended) {
            return;
        }
        try {
            List<NcclRuntime.Handle> all = distinct();
            // The world last: its parts lean on it.
            for (int index = all.size() - 1; index >= 0; index--) {
                NcclRuntime.Handle communicator = all.get(index);
                runtime.finalizing(communicator);
                Patience.await(
                        millis -> ready(communicator, millis),
                        settings.withTimeout(CLEAN_END).withCancelled(() -> false),
                        () -> trouble(communicator),
                        CommunicationException::new);
            }
            ended = true;
            for (int index = all.size() - 1; index >= 0; index--) {
                runtime.destroy(all.get(index));
            }
        } catch (CommunicationException e) {
            // The training is done; a peer that is gone already must not spoil it.
            abort();
        }
    }

    private List<NcclRuntime.Handle> distinct() {
        return communicators.stream().distinct().toList();
    }
}
