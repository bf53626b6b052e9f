package io.sparkmics.benchmark.network;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** At which rates of the links two contestants are equally fast. */
final class Crossings {

    private static final double MEGA = 1e6;

    private Crossings() {}

    /**
     * A sentence for each. Between two rates that were measured the ratio of seconds is taken as a power of the rate.
     *
     * @param rows that differ in rate and contestant alone
     */
    static List<String> sentences(List<NetworkRow> rows) {
        List<String> contestants =
                rows.stream().map(NetworkRow::contestant).distinct().toList();
        List<String> sentences = new ArrayList<>();
        for (int one = 0; one < contestants.size(); one++) {
            for (int other = one + 1; other < contestants.size(); other++) {
                sentences.addAll(sentences(of(rows, contestants.get(one)), of(rows, contestants.get(other))));
            }
        }
        return sentences;
    }

    private static List<NetworkRow> of(List<NetworkRow> rows, String contestant) {
        return rows.stream()
                .filter(row -> row.contestant().equals(contestant))
                .sorted(Comparator.comparing(Crossings::rate))
                .toList();
    }

    private static double rate(NetworkRow row) {
        return row.network().linkRate().bitsPerSecond();
    }

    /** By rate, of the same rates. */
    private static List<String> sentences(List<NetworkRow> ones, List<NetworkRow> others) {
        List<String> sentences = new ArrayList<>();
        for (int i = 0; i + 1 < Math.min(ones.size(), others.size()); i++) {
            double before = Math.log(ones.get(i).secondsOfStep() / others.get(i).secondsOfStep());
            double after =
                    Math.log(ones.get(i + 1).secondsOfStep() / others.get(i + 1).secondsOfStep());
            if (before * after < 0) {
                double low = rate(ones.get(i));
                double high = rate(ones.get(i + 1));
                double rate = low * Math.pow(high / low, before / (before - after));
                NetworkRow slower = before < 0 ? others.get(i) : ones.get(i);
                NetworkRow faster = before < 0 ? ones.get(i) : others.get(i);
                sentences.add(String.format(
                        Locale.ROOT,
                        "At %.0f Mbit/s \"%s\" and \"%s\" are equally fast; over slower links the first is faster, over faster"
                                + " ones the second.",
                        rate / MEGA,
                        faster.label(),
                        slower.label()));
            }
        }
        return sentences;
    }
}
