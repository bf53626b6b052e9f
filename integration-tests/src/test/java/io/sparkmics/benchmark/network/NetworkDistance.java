package io.sparkmics.benchmark.network;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What hosts that are further from each other would change. Links that {@code tc tbf} shapes have no distance, so this is what
 * the plan has of it.
 */
final class NetworkDistance {

    private static final List<Double> MILLISECONDS = List.of(0.0, 0.1, 0.5, 1.0);

    private NetworkDistance() {}

    /**
     * Markdown; empty where nothing was measured that the plan has on different numbers of hosts.
     *
     * @param rows that differ in hosts and contestants alone
     */
    static Optional<String> text(List<NetworkRow> rows) {
        NetworkPlan plan = NetworkPlan.calibrated(rows);
        Map<String, TreeMap<Integer, NetworkRow>> contestants = rows.stream()
                .filter(row -> plan.secondsOfStep(row).isPresent())
                .collect(Collectors.groupingBy(
                        NetworkRow::contestant,
                        LinkedHashMap::new,
                        Collectors.toMap(row -> row.network().hosts(), row -> row, (one, other) -> one, TreeMap::new)));
        contestants.values().removeIf(hosts -> hosts.size() < 2);
        return contestants.isEmpty() ? Optional.empty() : Optional.of(table(contestants, plan));
    }

    private static String table(Map<String, TreeMap<Integer, NetworkRow>> contestants, NetworkPlan plan) {
        NetworkRow one = contestants.values().iterator().next().firstEntry().getValue();
        String columns = MILLISECONDS.stream()
                .map(distance -> String.format(Locale.ROOT, " %s ms |", distance))
                .collect(Collectors.joining());
        String head = String.format(
                Locale.ROOT,
                "%nThe plan's weak scaling with so much more for each turn between hosts, %s a link, %s, s = %d:%n%n"
                        + "| contestant | hosts |%s%n|---|---|%s%n",
                one.network().rate(),
                one.network().coresText(),
                one.microSteps(),
                columns,
                "---|".repeat(MILLISECONDS.size()));
        return contestants.values().stream().map(row -> line(row, plan)).collect(Collectors.joining("", head, ""));
    }

    private static String line(TreeMap<Integer, NetworkRow> rows, NetworkPlan plan) {
        NetworkRow few = rows.firstEntry().getValue();
        NetworkRow many = rows.lastEntry().getValue();
        String kept = MILLISECONDS.stream()
                .map(milliseconds -> plan.farther(milliseconds / 1e3))
                .map(farther -> String.format(
                        Locale.ROOT,
                        " %.2f |",
                        farther.secondsOfStep(few).orElseThrow()
                                / farther.secondsOfStep(many).orElseThrow()))
                .collect(Collectors.joining());
        return String.format(
                Locale.ROOT,
                "| %s | %d to %d |%s%n",
                few.label(),
                few.network().hosts(),
                many.network().hosts(),
                kept);
    }
}
