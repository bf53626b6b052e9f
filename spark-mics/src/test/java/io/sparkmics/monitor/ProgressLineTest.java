package io.sparkmics.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressLineTest {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    private long now = Duration.ofDays(17).toNanos();

    @Test
    void theFirstAndTheLastStepAndALineEveryFiveSecondsAreShownInALog() {
        try (ProgressLine line = line(false)) {
            for (int step = 1; step <= 200; step++) {
                line.accept(step(step, 200, null));
                now += Duration.ofMillis(100).toNanos();
            }
        }

        assertThat(text().lines())
                .extracting(line -> line.substring(0, 15))
                .containsExactly(
                        "step   1 of 200", "step  51 of 200", "step 101 of 200", "step 151 of 200", "step 200 of 200");
    }

    @Test
    void aLineSaysLossAndLearningRateAndSpeedAndTimeLeft() {
        ProgressLine line = line(false);
        line.accept(step(1, 200, null));
        now += Duration.ofSeconds(5).toNanos();
        line.accept(step(120, 200, 2.41234));

        assertThat(text().lines())
                .containsExactly(
                        "step   1 of 200  loss 5.0000  lr 9.80e-04  11.2k tokens/s  left about 4:59",
                        "step 120 of 200  loss 5.0000  lr 9.80e-04  11.2k tokens/s  validation 2.4123  left 2:00");
    }

    @Test
    void rowsWithoutTokensAreCountedAsRows() {
        new ProgressLine("rows", out, false, () -> now, () -> null).accept(step(1, 200, null));

        assertThat(text()).contains("  11.2k rows/s  ");
    }

    @Test
    void theLastValidationLossStaysInSight() {
        ProgressLine line = line(true);
        line.accept(step(1, 3, 4.5));
        now += Duration.ofSeconds(5).toNanos();
        line.accept(step(2, 3, null));

        assertThat(text().stripTrailing()).endsWith("validation 4.5000  left 0:02");
    }

    @Test
    void skippedStepsAreCounted() {
        ProgressLine line = line(true);
        line.accept(step(1, 4, null));
        line.accept(new StepMetrics(2, 4, Double.NaN, 1e-3, 1, 1, 1, null, 3));
        line.accept(new StepMetrics(3, 4, 5, 1e-3, Double.POSITIVE_INFINITY, 1, 1, null, 4.5));
        now += Duration.ofSeconds(5).toNanos();
        line.accept(step(4, 4, null));

        assertThat(text()).endsWith("  skipped 2  in 0:06");

        line.accept(step(1, 4, null));
        now += Duration.ofSeconds(5).toNanos();
        line.accept(step(2, 4, null));

        assertThat(text().strip()).endsWith("tokens/s  left 0:03");
    }

    @Test
    void whatIsRepeatedIsToldInOneLineAndNoLongerCounts() {
        ProgressLine line = line(false);
        for (int step = 1; step <= 13; step++) {
            line.accept(new StepMetrics(
                    step, 200, step % 6 == 0 ? Double.NaN : 5, 9.8e-4, 1, 11_234, 1, step > 10 ? 3.0 : 4.0, step));
        }
        for (int step = 11; step <= 12; step++) {
            line.accept(step(step, 200, null));
            now += Duration.ofSeconds(5).toNanos();
        }

        assertThat(text().lines().skip(1))
                .containsExactly(
                        "step  13 of 200  loss 5.0000  lr 9.80e-04  11.2k tokens/s  validation 3.0000  skipped 2  left 3:07",
                        "Going on from the checkpoint after step 10: steps 11 to 13 are repeated.",
                        "step  11 of 200  loss 5.0000  lr 9.80e-04  11.2k tokens/s  validation 4.0000  skipped 1"
                                + "  left about 4:44",
                        "step  12 of 200  loss 5.0000  lr 9.80e-04  11.2k tokens/s  validation 4.0000  skipped 1"
                                + "  left 4:42");
    }

    @Test
    void aRunThatBeginsAgainOrRepeatsOneStepSaysSo() {
        ProgressLine line = line(true);
        line.accept(step(1, 8, null));
        line.accept(step(2, 8, null));
        line.resume(List.of(step(1, 8, null)));
        line.accept(step(2, 8, null));
        line.accept(step(1, 8, null));

        assertThat(text().lines())
                .contains(
                        "Going on from the checkpoint after step 1: step 2 is repeated.",
                        "Beginning again: steps 1 to 2 are repeated.");
    }

    @Test
    void aRunThatGoesOnEstimatesFromItsOwnStepsAndCountsThoseBefore() {
        ProgressLine line = line(false);
        List<StepMetrics> before = new ArrayList<>();
        for (int step = 1; step <= 1000; step++) {
            before.add(new StepMetrics(step, 2000, step == 7 ? Double.NaN : 5, 1e-3, 1, 1, 1, null, step * 9));
        }
        line.resume(before);
        line.accept(new StepMetrics(1001, 2000, 5, 1e-3, 1, 1, 1, null, 9001));
        now += Duration.ofSeconds(5).toNanos();
        line.accept(new StepMetrics(1002, 2000, 5, 1e-3, 1, 1, 1, null, 9002));

        assertThat(text().lines())
                .containsExactly(
                        "step 1001 of 2000  loss 5.0000  lr 1.00e-03  1 tokens/s  skipped 1  left about 2:29:43",
                        "step 1002 of 2000  loss 5.0000  lr 1.00e-03  1 tokens/s  skipped 1  left 16:38");
    }

    @Test
    void aTerminalHasOneLineThatIsRewritten() {
        try (ProgressLine line = line(true)) {
            line.accept(step(1, 3, null));
            now += Duration.ofSeconds(1).toNanos();
            line.accept(step(2, 3, null));
            line.accept(step(3, 3, null));
        }

        assertThat(text()).startsWith("\rstep 1 of 3").contains("\rstep 2 of 3", "\rstep 3 of 3");
        assertThat(text().lines().filter(line -> line.startsWith("step"))).hasSize(3);
        assertThat(text().lines()).last().asString().contains("  in 0:05");
        assertThat(text()).endsWith(System.lineSeparator());
    }

    @Test
    void aShorterLineLeavesNothingOfALongerOne() {
        ProgressLine line = line(true);
        line.accept(new StepMetrics(1, 3, 12345.6, 1e-3, 1, 1, 1, null, 1));
        line.accept(new StepMetrics(3, 3, 1.5, 1e-3, 1, 1, 1, null, 1));

        String[] shown = text().split("\r");
        assertThat(shown[2].length()).isGreaterThanOrEqualTo(shown[1].length());
    }

    @Test
    void aRunThatStopsEarlyShowsWhereItStopped() {
        try (ProgressLine line = line(false)) {
            line.accept(step(1, 200, null));
            line.accept(step(2, 200, null));
            line.accept(step(3, 200, null));
        }

        assertThat(text().lines()).hasSize(2).last().asString().startsWith("step   3 of 200");
    }

    @Test
    void aRunWithoutStepsShowsNothing() {
        line(true).close();

        assertThat(text()).isEmpty();
    }

    @Test
    void hoursAreShownAsHours() {
        ProgressLine line = line(true);
        line.accept(step(1, 10_000, null));
        now += Duration.ofSeconds(5).toNanos();
        line.accept(step(2, 10_000, null));

        assertThat(text().stripTrailing()).endsWith("left 4:09:57");
    }

    private ProgressLine line(boolean terminal) {
        return new ProgressLine("tokens", out, terminal, () -> now, () -> null);
    }

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static StepMetrics step(long step, long steps, Double validationLoss) {
        return new StepMetrics(step, steps, 5, 9.8e-4, 1, 11_234, step * 4096, validationLoss, step * 1.5);
    }
}
