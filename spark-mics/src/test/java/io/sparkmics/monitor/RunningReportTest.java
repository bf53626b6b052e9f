package io.sparkmics.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.Progressable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunningReportTest {

    @TempDir
    Path folder;

    @Test
    void theMetricsGrowAndTheRunLeavesAPictureHoweverItEnds() throws IOException {
        Path run = folder.resolve("not/there/yet");
        try (RunningReport report = open(run)) {
            for (StepMetrics step : Curves.ofAGpt(8)) {
                report.accept(step);
                assertThat(Files.readAllLines(run.resolve("metrics.jsonl"))).hasSize((int) step.step());
            }
        }

        assertThat(run.resolve("loss.png")).isNotEmptyFile();
    }

    @Test
    void whatAnEarlierRunToldOfItselfGoesWithTheFirstStepAndItsModelDoesNot() throws IOException {
        for (String name : new String[] {"summary.json", "loss.png", "metrics.jsonl", "metadata"}) {
            Files.writeString(folder.resolve(name), "of an earlier run");
        }
        open(folder).close();
        assertThat(folder.toFile().listFiles())
                .hasSize(4)
                .allSatisfy(file -> assertThat(file).hasContent("of an earlier run"));

        try (RunningReport report = open(folder)) {
            report.accept(Curves.ofAGpt(8).get(0));
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> folder.resolve("loss.png").toFile().length() > 0);
            assertThat(folder.toFile().list()).containsExactlyInAnyOrder("metrics.jsonl", "loss.png", "metadata");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> folder.resolve("loss.png").toFile().length() > 1000);
            assertThat(folder.resolve("loss.png").toFile().length()).isGreaterThan(1000);
            assertThat(folder.resolve("metrics.jsonl")).content().startsWith("{\"step\":1,");
        }
    }

    @Test
    void anInterruptedRunTellsHowFarItCameAndTakesNoMoreSteps() throws IOException {
        RunningReport report = open(folder);
        Curves.ofAGpt(8).subList(0, 3).forEach(report);

        assertThat(report.interrupt())
                .isEqualTo("Interrupted after step 3 of 8: no model was saved."
                        + " What the run has done until then is in " + folder + ".");
        report.accept(Curves.ofAGpt(8).get(3));
        report.close();

        assertThat(folder.resolve("metrics.jsonl")).content().hasLineCount(3);
        assertThat(folder.resolve("loss.png")).isNotEmptyFile();
    }

    @Test
    void aRunThatIsInterruptedBeforeItsFirstStepLeavesTheFolderAsItWas() {
        assertThat(open(folder).interrupt()).isEqualTo("Interrupted before the first step: no model was saved.");

        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void stepsThatAreTrainedAgainAreInTheMetricsOnceAndInOrder() throws IOException {
        try (RunningReport report = open(folder)) {
            Curves.ofAGpt(16).subList(0, 13).forEach(report);
            List<StepMetrics> again = Curves.ofAGpt(32).subList(10, 14);
            for (StepMetrics step : again) {
                report.accept(step);
                assertThat(metrics())
                        .isEqualTo(Stream.concat(
                                        Curves.ofAGpt(16).stream().limit(10),
                                        again.stream().limit(step.step() - 10))
                                .toList());
            }
            report.accept(Curves.ofAGpt(16).get(0));
            assertThat(metrics()).containsExactly(Curves.ofAGpt(16).get(0));
        }
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("metrics.jsonl", "loss.png");
    }

    @Test
    void aRunThatGoesOnTellsOfAllItsStepsFromTheFirstOn() throws IOException {
        List<StepMetrics> steps = Curves.ofAGpt(16);
        try (RunningReport report = open(folder)) {
            report.resume(steps.subList(0, 9));
            assertThat(folder).isEmptyDirectory();
            report.accept(steps.get(9));
            assertThat(metrics()).isEqualTo(steps.subList(0, 10));
            report.accept(steps.get(10));
            report.resume(steps.subList(0, 9));
            assertThat(metrics()).isEqualTo(steps.subList(0, 9));
            report.accept(steps.get(9));
            assertThat(report.interrupt()).startsWith("Interrupted after step 10 of 16");
        }
        assertThat(metrics()).isEqualTo(steps.subList(0, 10));
    }

    private List<StepMetrics> metrics() throws IOException {
        return Files.readAllLines(folder.resolve("metrics.jsonl")).stream()
                .map(StepMetrics::fromJson)
                .toList();
    }

    /** A disk that is full when the log is closed, for instance. */
    @Test
    void aLogThatCannotBeClosedDoesNotEndTheRun() {
        Configuration hadoop = new Configuration();
        hadoop.setClass("fs.full.impl", FullFileSystem.class, FileSystem.class);
        RunningReport report = RunningReport.open(
                "Gpt", "nats per token", new org.apache.hadoop.fs.Path("full:" + folder + "/run"), hadoop);
        Curves.ofAGpt(8).forEach(report);

        assertThatCode(report::close).doesNotThrowAnyException();

        assertThat(folder.resolve("run/metrics.jsonl")).isNotEmptyFile();
        assertThat(folder.resolve("run/loss.png")).isNotEmptyFile();
    }

    /** Takes every byte, and says at the end of a log that it did not. */
    public static final class FullFileSystem extends RawLocalFileSystem {

        @Override
        public URI getUri() {
            return URI.create("full:///");
        }

        @Override
        public String getScheme() {
            return "full";
        }

        @Override
        public FSDataOutputStream create(
                org.apache.hadoop.fs.Path path,
                boolean overwrite,
                int buffer,
                short replication,
                long block,
                Progressable progress)
                throws IOException {
            FSDataOutputStream out = super.create(path, overwrite, buffer, replication, block, progress);
            return path.getName().equals("metrics.jsonl") ? new FullOutputStream(out) : out;
        }
    }

    private static final class FullOutputStream extends FSDataOutputStream {

        FullOutputStream(FSDataOutputStream out) throws IOException {
            super(out, null);
        }

        @Override
        public void close() throws IOException {
            super.close();
            throw new IOException("No space left on device");
        }
    }

    @Test
    void aStorageThatTakesNoPictureHoldsUpNoStep() throws IOException {
        Configuration hadoop = new Configuration();
        hadoop.setClass("fs.stuck.impl", StuckFileSystem.class, FileSystem.class);
        RunningReport report =
                RunningReport.open("Gpt", "nats per token", new org.apache.hadoop.fs.Path("stuck:" + folder), hadoop);
        try {
            Curves.ofAGpt(8).forEach(report);
            assertThat(metrics()).hasSize(8);
            assertThat(folder.resolve("loss.png")).doesNotExist();
        } finally {
            StuckFileSystem.UNSTUCK.countDown();
        }
        Thread.currentThread().interrupt();
        report.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(folder.resolve("loss.png")).isNotEmptyFile();
    }

    /** Takes no picture until it is told to. */
    public static final class StuckFileSystem extends RawLocalFileSystem {

        private static final CountDownLatch UNSTUCK = new CountDownLatch(1);

        @Override
        public URI getUri() {
            return URI.create("stuck:///");
        }

        @Override
        public String getScheme() {
            return "stuck";
        }

        @Override
        public FSDataOutputStream create(
                org.apache.hadoop.fs.Path path,
                boolean overwrite,
                int buffer,
                short replication,
                long block,
                Progressable progress)
                throws IOException {
            if (path.getName().endsWith(".png")) {
                try {
                    UNSTUCK.await(1, TimeUnit.MINUTES);
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            return super.create(path, overwrite, buffer, replication, block, progress);
        }
    }

    @Test
    void aFolderThatCannotBeMadeIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "in the way");

        assertThatThrownBy(() -> open(file.resolve("run")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith("Cannot write to " + file + "/run: ");
    }

    private static RunningReport open(Path folder) {
        return RunningReport.open(
                "Gpt", "nats per token", new org.apache.hadoop.fs.Path(folder.toString()), new Configuration());
    }
}
