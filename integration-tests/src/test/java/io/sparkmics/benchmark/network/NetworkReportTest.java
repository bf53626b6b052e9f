package io.sparkmics.benchmark.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.monitor.WaitSeconds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkReportTest {

    private static NetworkRow row(String contestant, int hosts, String rate, double seconds) {
        NetworkSetting network = NetworkSetting.of(NetworkOptions.parse("cores=0.5"), hosts, Rate.of(rate));
        Contestant named = Contestant.named(contestant);
        return new NetworkRow(
                contestant,
                named.partitionGroupSize(network.worldSize(), network.ranksPerHost()),
                network,
                4,
                List.of(2 * seconds, seconds, seconds / 2),
                1,
                0.5 * seconds * Rate.of(rate).bytesPerSecond(),
                0.1 * seconds,
                named.pyTorch() ? null : new WaitSeconds(0.1 * seconds, 0, 0.2 * seconds, 0.01 * seconds),
                null);
    }

    @Test
    void aRowComesBackFromItsFile(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("rows.jsonl");
        List<NetworkRow> rows = List.of(row("p-k", 2, "100mbit", 2), row("ddp", 2, "100mbit", 3));
        for (NetworkRow row : rows) {
            row.appendTo(file);
        }

        assertThat(NetworkRow.read(file)).isEqualTo(rows);
    }

    @Test
    void aTableSaysWhatOfAStepWasWaitingLinkAndCores() {
        assertThat(new NetworkReport(List.of(row("p-k", 2, "100mbit", 2), row("ddp", 2, "100mbit", 3))).text())
                .contains("2 hosts of 2 ranks, 100mbit a link, 0.5 cores a host, s = 4, 3 rounds:")
                .containsPattern("\\| ours, p = k \\(MiCS\\) \\| 2.000 \\| 1\\.\\d{3}, -\\d+ % \\| 1.00 \\| 1,024 \\|")
                .contains("| 1.00 | 1,024 | 12.50 | 13.03 | 50 % | 0.200 | 40 % | 10 % | 0 % | 20 % | 1 % | yes |")
                .contains(
                        "| PyTorch DDP | 3.000 |  | 1.00 | 683 | 18.75 | 19.55 | 50 % | 0.300 | 40 % |  | | |  | yes |");
    }

    @Test
    void twiceTheHostsInTwiceTheTimeIsHalfTheRateOfARank() {
        List<NetworkRow> rows =
                List.of(row("p-k", 2, "100mbit", 2), row("p-k", 4, "100mbit", 2.5), row("p-w-flat", 4, "100mbit", 9));

        assertThat(new NetworkReport(rows).text())
                .contains("| contestant | s = 4, 4 hosts |")
                .contains("| ours, p = k (MiCS) | 0.80 |")
                .contains("| ours, p = W (ZeRO-3), flat |  |");
    }

    @Test
    void hostsThatAreFurtherApartKeepLess() {
        String text = NetworkDistance.text(List.of(
                        row("p-w-flat", 2, "100mbit", 9),
                        row("p-w-flat", 8, "100mbit", 9),
                        row("ddp", 8, "100mbit", 9)))
                .orElseThrow();

        String line =
                text.lines().filter(one -> one.startsWith("| ours")).findFirst().orElseThrow();
        List<Double> kept =
                Stream.of(line.split("\\|")).skip(3).map(Double::valueOf).toList();
        assertThat(line).startsWith("| ours, p = W (ZeRO-3), flat | 2 to 8 | 0.");
        assertThat(kept).hasSize(4).isSortedAccordingTo(Comparator.reverseOrder());
        assertThat(kept.get(3)).isLessThan(kept.get(0));
        assertThat(text).doesNotContain("DDP");
        assertThat(NetworkDistance.text(List.of(row("p-k", 2, "100mbit", 2)))).isEmpty();
    }

    @Test
    void whereTwoAreEquallyFastIsSaid() {
        // Over a link of ten times the rate one takes a tenth, the other the same.
        List<NetworkRow> rows = List.of(
                row("p-w-flat", 2, "100mbit", 20),
                row("p-k", 2, "100mbit", 4),
                row("p-w-flat", 2, "1000mbit", 2),
                row("p-k", 2, "1000mbit", 4));

        assertThat(Crossings.sentences(rows))
                .containsExactly("At 500 Mbit/s \"ours, p = k (MiCS)\" and \"ours, p = W (ZeRO-3), flat\" are equally"
                        + " fast; over slower links the first is faster, over faster ones the second.");
        assertThat(Crossings.sentences(rows.subList(0, 2))).isEmpty();
    }

    @Test
    void thereIsAPictureOfWhatWasSwept(@TempDir Path folder) {
        List<NetworkRow> hosts = List.of(row("p-k", 2, "100mbit", 2), row("p-k", 4, "100mbit", 2.5));
        List<NetworkRow> rates = List.of(row("p-k", 2, "100mbit", 2), row("p-k", 2, "1000mbit", 1));
        List<NetworkRow> sizes =
                List.of(row("p-1", 4, "100mbit", 2), row("p-2", 4, "100mbit", 2.5), row("p-4", 4, "100mbit", 6));

        new NetworkReport(hosts).pictures(folder);
        new NetworkReport(rates).pictures(folder);
        new NetworkReport(sizes).pictures(folder);

        assertThat(folder.resolve("hosts_100mbit_s4_0.5-cores.png")).isNotEmptyFile();
        assertThat(folder.resolve("rates_2-hosts_s4_0.5-cores.png")).isNotEmptyFile();
        assertThat(folder.resolve("p_4-hosts_100mbit_s4_0.5-cores.png")).isNotEmptyFile();
        assertThat(folder).isDirectoryNotContaining(file -> file.toString().contains("p_2-hosts"));
    }
}
