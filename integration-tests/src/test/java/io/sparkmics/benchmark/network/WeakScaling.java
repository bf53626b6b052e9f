package io.sparkmics.benchmark.network;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What a rank keeps of its tokens a second when there are more hosts, each rank with the same to compute. */
final class WeakScaling {

    private WeakScaling() {}

    /**
     * Markdown; empty where nothing was measured on different numbers of hosts.
     *
     * @param rows that differ in hosts, contestants and micro-steps alone
     */
    static Optional<String> text(List<NetworkRow> rows) {
        TreeSet<Integer> hosts =
                rows.stream().map(row -> row.network().hosts()).collect(Collectors.toCollection(TreeSet::new));
        if (hosts.size() < 2) {
            return Optional.empty();
        }
        int fewest = hosts.first();
        TreeSet<Integer> microSteps =
                rows.stream().map(NetworkRow::microSteps).collect(Collectors.toCollection(TreeSet::new));
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%nWeak scaling, %s a link, %s: tokens/s of a rank beside those of the same on %d hosts%n%n| contestant |",
                rows.get(0).network().rate(),
                rows.get(0).network().coresText(),
                fewest));
        for (int s : microSteps) {
            hosts.tailSet(fewest, false)
                    .forEach(count -> text.append(" s = ")
                            .append(s)
                            .append(", ")
                            .append(count)
                            .append(" hosts |"));
        }
        text.append(String.format("%n|---|%s%n", "---|".repeat(microSteps.size() * (hosts.size() - 1))));
        Set<String> contestants =
                rows.stream().map(NetworkRow::contestant).collect(Collectors.toCollection(LinkedHashSet::new));
        for (String contestant : contestants) {
            text.append("| ").append(Contestant.named(contestant).label()).append(" |");
            for (int s : microSteps) {
                for (int count : hosts.tailSet(fewest, false)) {
                    text.append(' ')
                            .append(efficiency(rows, contestant, s, fewest, count))
                            .append(" |");
                }
            }
            text.append(System.lineSeparator());
        }
        return Optional.of(text.toString());
    }

    private static String efficiency(List<NetworkRow> rows, String contestant, int microSteps, int fewest, int hosts) {
        Optional<Double> few = rate(rows, contestant, microSteps, fewest);
        Optional<Double> many = rate(rows, contestant, microSteps, hosts);
        return few.isPresent() && many.isPresent() ? String.format(Locale.ROOT, "%.2f", many.get() / few.get()) : "";
    }

    private static Optional<Double> rate(List<NetworkRow> rows, String contestant, int microSteps, int hosts) {
        return rows.stream()
                .filter(row -> Objects.equals(row.contestant(), contestant)
                        && row.microSteps() == microSteps
                        && row.network().hosts() == hosts)
                .map(NetworkRow::tokensPerSecondOfRank)
                .findFirst();
    }
}
