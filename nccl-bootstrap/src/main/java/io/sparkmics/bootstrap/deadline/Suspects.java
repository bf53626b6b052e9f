package io.sparkmics.bootstrap.deadline;

import io.sparkmics.bootstrap.groups.Names;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Who keeps the others waiting, told from what the ranks report when their waits fail. A stall travels from group to group, so
 * the rank that a rank waits for may only be waiting itself: the suspects are where the chain of waits ends. A wait for many is
 * first of all a wait for those that have reported nothing, have not come to the collective, or came to it late.
 */
public final class Suspects {

    private final Map<Integer, WaitReport> reports = new TreeMap<>();

    private Suspects(int worldSize, Collection<WaitReport> given) {
        for (WaitReport report : given) {
            if (report.hosts().size() != worldSize) {
                throw new IllegalArgumentException("Cannot compare what " + Names.count(worldSize, "rank")
                        + " report: rank " + report.rank() + " counts "
                        + Names.count(report.hosts().size(), "rank") + ".");
            }
            reports.put(report.rank(), report);
        }
    }

    /**
     * @param worldSize the number of ranks
     * @param reports of some ranks, in the order they came: a later one of a rank replaces its earlier one
     * @return by rank; empty where nobody waits, or everybody is where the others wait
     */
    public static List<Suspect> of(int worldSize, Collection<WaitReport> reports) {
        return new Suspects(worldSize, reports).find();
    }

    private List<Suspect> find() {
        TreeSet<Integer> awaited = new TreeSet<>();
        reports.values().forEach(report -> awaited.addAll(awaitedBy(report)));
        List<Integer> ends = awaited.stream().filter(this::waitsForNobody).toList();
        // Without an end they wait for each other, in a circle.
        return (ends.isEmpty() ? awaited : ends).stream().map(this::suspect).toList();
    }

    private boolean waitsForNobody(int rank) {
        return !reports.containsKey(rank) || awaitedBy(reports.get(rank)).isEmpty();
    }

    /** Whom this rank waits for. */
    private TreeSet<Integer> awaitedBy(WaitReport report) {
        TreeSet<Integer> ranks = new TreeSet<>();
        for (CollectiveCall call : report.waits()) {
            call.ranks().stream()
                    .filter(other -> other != report.rank() && keepsWaiting(other, call, report.millis()))
                    .forEach(ranks::add);
        }
        return ranks;
    }

    private boolean keepsWaiting(int rank, CollectiveCall call, long millis) {
        WaitReport own = reports.get(rank);
        if (own == null || !own.came(call)) {
            return true;
        }
        // It came when the others had given up, or were about to.
        return own.waits().contains(call) && own.millis() < millis / 2;
    }

    private Suspect suspect(int rank) {
        String said = reports.containsKey(rank) ? reports.get(rank) + "" : "it has reported nothing";
        String waiting = reports.values().stream()
                .filter(report -> awaitedBy(report).contains(rank))
                .map(Object::toString)
                .collect(Collectors.joining("; "));
        String host = reports.values().iterator().next().hosts().get(rank);
        return new Suspect(rank, host, !reports.containsKey(rank), said + "; " + waiting);
    }
}
