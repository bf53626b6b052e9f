package io.sparkmics.benchmark.network;

import io.sparkmics.benchmark.Median;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * One measurement as Markdown.
 *
 * @param warmUps the first turn of each contestant
 * @param rounds the others, as many of each
 */
record NetworkTable(
        NetworkOptions options,
        int hosts,
        Rate rate,
        Map<Contestant, List<Turn>> warmUps,
        Map<Contestant, List<Turn>> rounds) {

    private static final double MEGA = 1e6;

    String text() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%n%d hosts of %d ranks, %s a link, %d steps in each of %d rounds:%n%n"
                        + "| contestant | s a step | of the first | tokens/s | MB a host and step | planned | of the link |"
                        + " CPU s a rank and step | trains the same |%n|---|---|---|---|---|---|---|---|---|%n",
                hosts,
                options.ranksPerHost(),
                rate.text(),
                options.steps(),
                options.rounds()));
        options.contestants().forEach(contestant -> text.append(row(contestant)));
        return text.toString();
    }

    private String row(Contestant contestant) {
        List<Turn> turns = rounds.get(contestant);
        List<Turn> first = rounds.get(options.contestants().get(0));
        double seconds = median(turns, Turn::secondsOfStep);
        double bytes = median(turns, Turn::bytesOfStep);
        return String.format(
                Locale.ROOT,
                "| %s | %.3f | %.2f | %,.0f | %.2f | %.2f | %.0f %% | %.3f | %s |%n",
                contestant.label(),
                seconds,
                Median.of(IntStream.range(0, turns.size())
                        .mapToObj(round -> turns.get(round).secondsOfStep()
                                / first.get(round).secondsOfStep())
                        .toList()),
                options.tokens(hosts) / seconds,
                bytes / MEGA,
                NetworkTraffic.bytesOfStep(options, hosts, contestant) / MEGA,
                100 * bytes / seconds / rate.bytesPerSecond(),
                median(turns, Turn::cpuSecondsOfStep) / hosts / options.ranksPerHost(),
                difference(contestant).orElse("yes"));
    }

    private Optional<String> difference(Contestant contestant) {
        Contestant reference = options.contestants().get(0);
        return SameTraining.difference(warmUps.get(contestant), warmUps.get(reference))
                .or(() -> SameTraining.difference(rounds.get(contestant), rounds.get(reference)))
                .map(difference -> "NO: " + difference);
    }

    private static double median(List<Turn> turns, ToDoubleFunction<Turn> of) {
        return Median.of(turns.stream().map(of::applyAsDouble).toList());
    }
}
