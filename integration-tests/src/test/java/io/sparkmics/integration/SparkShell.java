package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.integration.ChildProcess.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A real spark-shell that has the jar with everything inside. */
final class SparkShell {

    private SparkShell() {}

    /**
     * Each cell is pasted as one whole, as a notebook evaluates it, and none may fail.
     *
     * @param directory that relative paths are of
     * @param scratch where the cells are written
     * @param cells in Scala
     */
    static Outcome run(Path directory, Path scratch, List<String> cells) throws IOException, InterruptedException {
        Path home = Environment.sparkDistribution();
        List<String> input = new ArrayList<>();
        for (int cell = 0; cell < cells.size(); cell++) {
            input.add(":paste " + Files.writeString(scratch.resolve("cell" + (cell + 1) + ".scala"), cells.get(cell)));
        }
        input.add(":quit\n");
        List<String> command = List.of(
                home.resolve("bin/spark-shell").toString(),
                "--master",
                "local[2]",
                "--jars",
                SparkSubmit.ALL_JAR.toString(),
                "--conf",
                "spark.ui.enabled=false");
        Outcome shell = new ChildProcess(command)
                .environment(Map.of(
                        "SPARK_HOME",
                        home.toString(),
                        "SPARK_SUBMIT_OPTS",
                        SparkSubmit.SHORT_JVM_OPTIONS,
                        "JAVA_HOME",
                        System.getProperty("java.home"),
                        "TERM",
                        "dumb"))
                .directory(directory)
                .input(String.join("\n", input))
                .run(Duration.ofMinutes(10));
        assertThat(shell.exitCode()).as(shell.output()).isZero();
        assertThat(shell.lines(" error:")).as(shell.output()).isEmpty();
        assertThat(shell.lines("Exception")).as(shell.output()).isEmpty();
        return shell;
    }
}
