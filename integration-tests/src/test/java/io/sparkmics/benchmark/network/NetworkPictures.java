package io.sparkmics.benchmark.network;

import io.sparkmics.bootstrap.groups.GatherMode;
import io.sparkmics.monitor.LinePicture;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Seconds of a step over what changes from row to row. Where nothing does there is no picture. */
final class NetworkPictures {

    private static final double MEGA = 1e6;
    private static final String SECONDS = "seconds of a step";

    private final Path folder;

    NetworkPictures(Path folder) {
        this.folder = folder;
    }

    /** @param rows that differ in hosts and contestant alone */
    Optional<String> overHosts(List<NetworkRow> rows) {
        NetworkRow one = rows.get(0);
        ToDoubleFunction<NetworkRow> hosts = row -> row.network().hosts();
        return several(rows, hosts, 2)
                ? draw(
                        one.network().rate() + " a link, " + conditions(one),
                        "hosts",
                        rows,
                        NetworkRow::label,
                        hosts,
                        "hosts_" + one.network().rate())
                : Optional.empty();
    }

    /** @param rows that differ in rate and contestant alone */
    Optional<String> overRates(List<NetworkRow> rows) {
        NetworkRow one = rows.get(0);
        ToDoubleFunction<NetworkRow> rate = row -> row.network().linkRate().bitsPerSecond() / MEGA;
        return several(rows, rate, 2)
                ? draw(
                        one.network().hosts() + " hosts, " + conditions(one),
                        "Mbit/s of a link",
                        rows,
                        NetworkRow::label,
                        rate,
                        "rates_" + one.network().hosts() + "-hosts")
                : Optional.empty();
    }

    /** @param rows that differ in contestant alone */
    Optional<String> overGroupSizes(List<NetworkRow> rows) {
        NetworkRow one = rows.get(0);
        return several(rows, NetworkRow::partitionGroupSize, 3)
                ? draw(
                        one.network().hosts() + " hosts, " + one.network().rate() + " a link, " + conditions(one),
                        "partition group size p",
                        rows,
                        NetworkPictures::way,
                        NetworkRow::partitionGroupSize,
                        "p_" + one.network().hosts() + "-hosts_" + one.network().rate())
                : Optional.empty();
    }

    private static boolean several(List<NetworkRow> rows, ToDoubleFunction<NetworkRow> x, int least) {
        return rows.stream().mapToDouble(x).distinct().count() >= least;
    }

    /** What contestants have in common that differ in p alone. */
    private static String way(NetworkRow row) {
        Contestant contestant = Contestant.named(row.contestant());
        if (contestant.pyTorch()) {
            return "PyTorch";
        }
        String gather = contestant.gather() == GatherMode.HIERARCHICAL ? "ours, hierarchical" : "ours, flat";
        return gather + contestant.hopTwo().label();
    }

    private static String conditions(NetworkRow row) {
        return String.format(
                Locale.ROOT, "s = %d, %s", row.microSteps(), row.network().coresText());
    }

    private Optional<String> draw(
            String title,
            String xAxis,
            List<NetworkRow> rows,
            Function<NetworkRow, String> name,
            ToDoubleFunction<NetworkRow> x,
            String file) {
        NetworkRow one = rows.get(0);
        List<LinePicture.Line> lines = rows.stream()
                .collect(Collectors.groupingBy(name, LinkedHashMap::new, Collectors.toList()))
                .entrySet()
                .stream()
                .map(line -> line(line.getKey(), line.getValue(), x))
                .toList();
        String cores = one.network().coresOfHost() > 0 ? "_" + one.network().coresOfHost() + "-cores" : "";
        return Optional.of(LinePicture.draw(
                title, xAxis, SECONDS, lines, folder.resolve(file + "_s" + one.microSteps() + cores + ".png")));
    }

    private static LinePicture.Line line(String name, List<NetworkRow> rows, ToDoubleFunction<NetworkRow> x) {
        List<NetworkRow> sorted =
                rows.stream().sorted(Comparator.comparingDouble(x)).toList();
        return new LinePicture.Line(
                name,
                sorted.stream().map(x::applyAsDouble).toList(),
                sorted.stream().map(NetworkRow::secondsOfStep).toList(),
                Contestant.named(rows.get(0).contestant()).pyTorch());
    }
}
