package io.sparkmics.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunningReportTest {

    @TempDir
    Path folder;

    @Test
    void theMetricsGrowAndTheRunLeavesAPictureHoweverItEnds() throws IOException {
        Path run = folder.resolve("not/there/yet");
        try (RunningReport report = open(run)) {
            assertThat(run.resolve("metrics.jsonl")).isEmptyFile();
            for (StepMetrics step : Curves.ofAGpt(8)) {
                report.accept(step);
                assertThat(Files.readAllLines(run.resolve("metrics.jsonl"))).hasSize((int) step.step());
            }
        }

        assertThat(run.resolve("loss.png")).isNotEmptyFile();
    }

    @Test
    void whatAnEarlierRunToldOfItselfIsTakenAwayAndItsModelIsNot() throws IOException {
        for (String name : new String[] {"summary.json", "loss.png", "metrics.jsonl", "metadata"}) {
            Files.writeString(folder.resolve(name), "of an earlier run");
        }
        RunningReport report = open(folder);

        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("metrics.jsonl", "metadata");
        assertThat(folder.resolve("metrics.jsonl")).isEmptyFile();

        report.close();
        assertThat(folder.toFile().list()).containsExactly("metadata");
    }

    @Test
    void aFolderThatCannotBeMadeIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "in the way");

        assertThatThrownBy(() -> open(file.resolve("run")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith("Cannot write to " + file + "/run: ");
    }

    private static RunningReport open(Path folder) {
        return RunningReport.open("Gpt", new org.apache.hadoop.fs.Path(folder.toString()), new Configuration());
    }
}
