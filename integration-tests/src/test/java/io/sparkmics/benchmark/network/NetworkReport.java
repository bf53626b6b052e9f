package io.sparkmics.benchmark.network;

import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All that was measured, in tables, words and pictures. */
final class NetworkReport {

    private final List<NetworkRow> rows;

    NetworkReport(List<NetworkRow> rows) {
        this.rows = List.copyOf(rows);
    }

    /** Markdown. */
    String text() {
        StringBuilder text = new StringBuilder();
        sameLinks().forEach(group -> text.append(NetworkTable.text(group)));
        groups(row -> row.network().onHosts(0))
                .forEach(group -> WeakScaling.text(group).ifPresent(text::append));
        overHosts().forEach(group -> NetworkDistance.text(group).ifPresent(text::append));
        overRates().forEach(group -> text.append(crossings(group)));
        return text.toString();
    }

    private static String crossings(List<NetworkRow> rows) {
        List<String> sentences = Crossings.sentences(rows);
        NetworkRow one = rows.get(0);
        return sentences.isEmpty()
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%n%d hosts, %s, s = %d:%n%n- %s%n",
                        one.network().hosts(),
                        one.network().coresText(),
                        one.microSteps(),
                        String.join(String.format("%n- "), sentences));
    }

    /**
     * Seconds of a step over hosts, over rates and over p, wherever there are several.
     *
     * @return a line for each picture, for people: where it is, or why there is none
     */
    List<String> pictures(Path folder) {
        NetworkPictures pictures = new NetworkPictures(folder);
        return Stream.of(
                        overHosts().stream().map(pictures::overHosts),
                        overRates().stream().map(pictures::overRates),
                        sameLinks().stream().map(pictures::overGroupSizes))
                .flatMap(drawn -> drawn)
                .flatMap(Optional::stream)
                .toList();
    }

    private Collection<List<NetworkRow>> sameLinks() {
        return groups(row -> List.of(row.network(), row.microSteps()));
    }

    private Collection<List<NetworkRow>> overHosts() {
        return groups(row -> List.of(row.network().onHosts(0), row.microSteps()));
    }

    private Collection<List<NetworkRow>> overRates() {
        return groups(row -> List.of(row.network().over(""), row.microSteps()));
    }

    private Collection<List<NetworkRow>> groups(Function<NetworkRow, Object> key) {
        return rows.stream()
                .collect(Collectors.groupingBy(key, LinkedHashMap::new, Collectors.toList()))
                .values();
    }
}
