package io.sparkmics.bootstrap.deadline;

import io.sparkmics.bootstrap.groups.GroupKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Where a rank is in its collectives: its thread writes it as it goes, any thread may read it. */
public final class RankProgress {

    private final int rank;
    private final List<String> hosts;
    private final Map<GroupKind, CollectiveCall> started = new LinkedHashMap<>();
    private List<CollectiveCall> waits = List.of();
    private long since = System.nanoTime();
    private long changes;

    /** @param hosts by rank */
    public RankProgress(int rank, List<String> hosts) {
        this.rank = rank;
        this.hosts = List.copyOf(hosts);
    }

    /** Does what waits for these collectives. Its failure carries the report of the wait. */
    public <T> T waiting(List<CollectiveCall> calls, Supplier<T> work) {
        List<CollectiveCall> before = enter(calls);
        try {
            return work.get();
        } catch (CommunicationException e) {
            e.report(report());
            throw e;
        } finally {
            enter(before);
        }
    }

    private synchronized List<CollectiveCall> enter(List<CollectiveCall> calls) {
        List<CollectiveCall> before = waits;
        waits = calls;
        moved();
        return before;
    }

    public synchronized void started(CollectiveCall call) {
        // The latest last.
        started.remove(call.kind());
        started.put(call.kind(), call);
        moved();
    }

    /** The latest of each group, the most recent first. */
    public synchronized List<CollectiveCall> started() {
        List<CollectiveCall> calls = new ArrayList<>();
        started.values().forEach(call -> calls.add(0, call));
        return calls;
    }

    /** The rank's own code goes on. */
    public synchronized void moved() {
        since = System.nanoTime();
        changes++;
    }

    /** Another number after each move. */
    synchronized long changes() {
        return changes;
    }

    synchronized boolean inOwnCodeFor(Duration limit) {
        return waits.isEmpty() && System.nanoTime() - since > limit.toNanos();
    }

    public synchronized WaitReport report() {
        return new WaitReport(
                rank, hosts, waits, Duration.ofNanos(System.nanoTime() - since).toMillis(), started());
    }
}
