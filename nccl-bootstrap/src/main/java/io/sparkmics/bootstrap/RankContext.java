package io.sparkmics.bootstrap;

import io.sparkmics.bootstrap.collectives.Checking;
import io.sparkmics.bootstrap.collectives.Communicator;
import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.bootstrap.deadline.CommunicationException;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.deadline.FailureHook;
import io.sparkmics.bootstrap.deadline.RankProgress;
import io.sparkmics.bootstrap.deadline.RankWatch;
import io.sparkmics.bootstrap.deadline.StuckRank;
import io.sparkmics.bootstrap.deadline.Suspects;
import io.sparkmics.bootstrap.deadline.WaitReport;
import io.sparkmics.bootstrap.groups.ClusterLayout;
import io.sparkmics.bootstrap.groups.GroupKind;
import io.sparkmics.bootstrap.groups.MicsGroups;
import io.sparkmics.bootstrap.traffic.Traffic;
import io.sparkmics.bootstrap.transport.Transport;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What one rank knows and holds once the ranks have met: who is where, its groups, and a communicator for each of them.
 *
 * <p>Used by one thread, but for {@link #abort()} and {@link #report()}.
 */
public final class RankContext implements AutoCloseable {

    private final int rank;
    private final MicsGroups groups;
    private final boolean hierarchical;
    private final List<byte[]> payloads;
    private final Map<GroupKind, Communicator> communicators;
    private final Transport transport;
    private final Traffic traffic;
    private final Checking checking;
    private final RankProgress progress;
    private final CommunicationSettings settings;
    private final AtomicBoolean firstStep;
    private final FailureHook failureHook = new FailureHook();

    RankContext(
            int rank,
            MicsGroups groups,
            boolean hierarchical,
            List<byte[]> payloads,
            Map<GroupKind, Communicator> communicators,
            Transport transport,
            Traffic traffic,
            Checking checking,
            RankProgress progress,
            CommunicationSettings settings,
            AtomicBoolean firstStep) {
        this.rank = rank;
        this.groups = groups;
        this.hierarchical = hierarchical;
        this.payloads = List.copyOf(payloads);
        this.communicators = new EnumMap<>(communicators);
        this.transport = transport;
        this.traffic = traffic;
        this.checking = checking;
        this.progress = progress;
        this.settings = settings;
        this.firstStep = firstStep;
    }

    public int rank() {
        return rank;
    }

    public int worldSize() {
        return layout().worldSize();
    }

    public ClusterLayout layout() {
        return groups.layout();
    }

    public MicsGroups groups() {
        return groups;
    }

    /** Whether units are gathered in two stages; only then there are intra-node and inter-node communicators. */
    public boolean hierarchical() {
        return hierarchical;
    }

    /** What each rank gave to the exchange beside its place, by rank. */
    public List<byte[]> payloads() {
        return payloads;
    }

    /**
     * The communicator of this rank's group of one kind, owned by this context.
     *
     * @throws IllegalArgumentException for an intra-node or inter-node group where gather is flat
     */
    public Communicator communicator(GroupKind kind) {
        Communicator communicator = communicators.get(kind);
        if (communicator == null) {
            throw new IllegalArgumentException("Cannot give a communicator of the " + kind
                    + " group: units are gathered flat, and only hierarchical gather needs it.");
        }
        return communicator;
    }

    /** What this rank computes on. */
    public RankDevice device() {
        return transport.device();
    }

    /** Waits, with the deadline, until the device has done what this thread has asked of it: see {@link Transport}. */
    public void synchronize() {
        progress.waiting(progress.started(), () -> {
            transport.synchronize();
            return null;
        });
    }

    /** What this rank has sent so far. */
    public Traffic traffic() {
        return traffic;
    }

    /**
     * Turns the comparison of collectives on or off. Every rank does so between the same two collectives, with none in
     * flight.
     */
    public void checking(boolean on) {
        checking.set(on);
    }

    /** From now on waits end at {@link CommunicationSettings#timeout()}: all ranks have come, and what is slow once is over. */
    public void firstStepDone() {
        firstStep.set(false);
    }

    /**
     * Where this rank is in its collectives, or was when they failed. Of all ranks together {@link Suspects} makes who keeps
     * the others waiting. For any thread.
     */
    public WaitReport report() {
        return progress.report();
    }

    /** The report that the failure carries, of the wait that failed; the rank's present one where it carries none. */
    public WaitReport report(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CommunicationException communication
                    && communication.report().isPresent()) {
                return communication.report().get();
            }
        }
        return report();
    }

    /** Tells the watch that this rank's own code goes on, in long work without collectives: as each part of it is done. */
    public void active() {
        progress.moved();
    }

    /**
     * Looks after this thread from beside until the watch is closed, before this context is: see {@link RankWatch}.
     *
     * @param stuck told once, on a thread of its own, of each time that this thread stays away from its collectives for longer
     *     than they may wait
     */
    public RankWatch watch(Consumer<StuckRank> stuck) {
        return new RankWatch(Thread.currentThread(), progress, settings, this::abort, stuck);
    }

    /**
     * Sets who is told of this rank's failure before the others can see it, so that the first cause is known before what
     * follows from it. Told once, on a thread of its own; the others are kept from it for 2 s at most.
     *
     * @throws IllegalStateException when it was set before
     */
    public void onFailure(Consumer<Throwable> listener) {
        failureHook.set(listener);
    }

    /**
     * Does a part of this rank's work. When it fails, who asked for it is told, the collectives are given up, and this context
     * is closed, before the failure goes on: so peers that see it fail now, and nothing that is in flight points into memory
     * that is freed on the failure's way out.
     */
    public <T> T abortOnFailure(Supplier<T> work) {
        try {
            return work.get();
        } catch (Throwable failure) {
            failureHook.tell(failure);
            try {
                abort();
                close();
            } catch (RuntimeException second) {
                failure.addSuppressed(second);
            }
            throw failure;
        }
    }

    /** The clean way out: no collective is in flight. Idempotent. */
    @Override
    public void close() {
        try {
            communicators.values().forEach(Communicator::close);
        } finally {
            transport.close();
        }
    }

    /** The other way out: see {@link Communicator#abort()}. Idempotent, callable from any thread; close still follows. */
    public void abort() {
        communicators.values().forEach(Communicator::abort);
    }
}
