package io.sparkmics.bootstrap.deadline;

import io.sparkmics.bootstrap.groups.Names;
import java.io.Serializable;
import java.util.List;

/**
 * Where one rank is in its collectives: what it waits for, or how long it has been in its own code. Those of all ranks tell who
 * keeps the others waiting: see {@link Suspects}. Plain values, so it travels as JSON or serialized.
 *
 * @param rank in the world
 * @param hosts of all ranks, by rank
 * @param waits the collectives that the rank waits for; empty: it is in its own code
 * @param millis how long it has been waiting, or in its own code
 * @param started the latest collective that it has started in each group, the most recent first
 */
public record WaitReport(
        int rank, List<String> hosts, List<CollectiveCall> waits, long millis, List<CollectiveCall> started)
        implements Serializable {

    public WaitReport {
        hosts = List.copyOf(hosts);
        waits = List.copyOf(waits);
        started = List.copyOf(started);
        if (rank < 0 || rank >= hosts.size()) {
            throw new IllegalArgumentException(
                    "Cannot report of rank " + rank + ": there are " + Names.count(hosts.size(), "rank") + ".");
        }
    }

    /** As in {@code rank 2 on node-1}. */
    String name() {
        return "rank " + rank + " on " + hosts.get(rank);
    }

    /** Whether the rank has come to this collective; one that it is no member of does not count. */
    boolean came(CollectiveCall call) {
        return started.stream().anyMatch(own -> own.sameGroup(call) && own.sequence() >= call.sequence());
    }

    @Override
    public String toString() {
        String seconds = Seconds.of(millis);
        if (!waits.isEmpty()) {
            return name() + " has been waiting for " + seconds + " in " + waits.get(0);
        }
        return name() + " has been in its own code for " + seconds
                + (started.isEmpty() ? " and has started no collective" : " after starting " + started.get(0));
    }
}
