package io.sparkmics.benchmark.network;

import io.sparkmics.monitor.WaitSeconds;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What was measured of all contestants over the same links, as Markdown. */
final class NetworkTable {

    private static final double MEGA = 1e6;

    private NetworkTable() {}

    /** @param rows of one setting and number of micro-steps, at least one */
    static String text(List<NetworkRow> rows) {
        NetworkRow first = rows.get(0);
        NetworkSetting network = first.network();
        NetworkPlan plan = NetworkPlan.calibrated(rows);
        return String.format(
                        Locale.ROOT,
                        "%n%d hosts of %d ranks, %s a link, %s, s = %d, %d rounds:%n%n"
                                + "| contestant | s a step | planned s | of the first | tokens/s | MB a host and step | planned MB |"
                                + " of the link | CPU s a rank and step | of the cores |"
                                + " waits: gather | hop 1 | hop 2 | norm | trains the same |%n"
                                + "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|%n",
                        network.hosts(),
                        network.ranksPerHost(),
                        network.rate(),
                        network.coresText(),
                        first.microSteps(),
                        first.seconds().size())
                + rows.stream().map(row -> line(row, plan)).collect(Collectors.joining());
    }

    private static String line(NetworkRow row, NetworkPlan plan) {
        return String.format(
                Locale.ROOT,
                "| %s | %.3f | %s | %.2f | %,.0f | %.2f | %.2f | %.0f %% | %.3f | %.0f %% | %s | %s |%n",
                row.label(),
                row.secondsOfStep(),
                plan.secondsOfStep(row).map(planned -> planned(row, planned)).orElse(""),
                row.timesFirst(),
                row.tokensPerSecond(),
                row.linkBytes() / MEGA,
                row.plannedBytes() / MEGA,
                100 * row.shareOfLink(),
                row.cpuSeconds(),
                100 * row.shareOfCores(),
                waits(row),
                Optional.ofNullable(row.difference())
                        .map(difference -> "NO: " + difference)
                        .orElse("yes"));
    }

    /** And by how much it is off. */
    private static String planned(NetworkRow row, double seconds) {
        return String.format(Locale.ROOT, "%.3f, %+.0f %%", seconds, 100 * (seconds / row.secondsOfStep() - 1));
    }

    /** Shares of the step. */
    private static String waits(NetworkRow row) {
        WaitSeconds waits = row.waits();
        if (waits == null) {
            return " | | | ";
        }
        double percent = 100 / row.secondsOfStep();
        return String.format(
                Locale.ROOT,
                "%.0f %% | %.0f %% | %.0f %% | %.0f %%",
                percent * waits.gather(),
                percent * waits.hopOne(),
                percent * waits.hopTwo(),
                percent * waits.norm());
    }
}
