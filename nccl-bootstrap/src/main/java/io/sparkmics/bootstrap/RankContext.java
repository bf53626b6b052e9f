package io.sparkmics.bootstrap;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What one rank knows and holds once the ranks have met: who is where, its groups, and a communicator for each of them.
 *
 * <p>Used by one thread, but for {@link #abort()}.
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

    RankContext(
            int rank,
            MicsGroups groups,
            boolean hierarchical,
            List<byte[]> payloads,
            Map<GroupKind, Communicator> communicators,
            Transport transport,
            Traffic traffic,
            Checking checking) {
        this.rank = rank;
        this.groups = groups;
        this.hierarchical = hierarchical;
        this.payloads = List.copyOf(payloads);
        this.communicators = new EnumMap<>(communicators);
        this.transport = transport;
        this.traffic = traffic;
        this.checking = checking;
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
        transport.synchronize();
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

    /**
     * Does a part of this rank's work. When it fails the collectives are given up, and this context is closed, before the
     * failure goes on: so peers that see it fail now, and nothing that is in flight points into memory that is freed on the
     * failure's way out.
     */
    public <T> T abortOnFailure(Supplier<T> work) {
        try {
            return work.get();
        } catch (Throwable failure) {
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
