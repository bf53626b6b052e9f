package io.sparkmics.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {

    @TempDir
    Path folder;

    @Test
    void everyStepCanBeReadAsSoonAsItIsLogged() throws Exception {
        try (MetricsLog log = open(folder)) {
            for (StepMetrics step : Curves.ofAGpt(8)) {
                log.accept(step);
                assertThat(Files.readAllLines(folder.resolve("metrics.jsonl")))
                        .hasSize((int) step.step())
                        .last()
                        .isEqualTo(step.toJson());
            }
        }

        assertThat(folder.toFile().list()).containsExactly("metrics.jsonl");
    }

    @Test
    void aNewRunBeginsANewLog() throws Exception {
        try (MetricsLog log = open(folder)) {
            Curves.ofAGpt(8).forEach(log);
        }
        try (MetricsLog log = open(folder)) {
            log.accept(Curves.ofAGpt(8).get(0));
        }

        assertThat(Files.readAllLines(folder.resolve("metrics.jsonl"))).hasSize(1);
    }

    @Test
    void aFolderThatCannotBeWrittenIsNamed() {
        assertThatThrownBy(() -> open(Path.of("/proc/nothing-can-be-made-here")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith("Cannot write metrics to /proc/nothing-can-be-made-here/metrics.jsonl: ");
    }

    private static MetricsLog open(Path folder) {
        return MetricsLog.open(new org.apache.hadoop.fs.Path(folder.toString()), new Configuration());
    }
}
