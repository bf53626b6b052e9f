package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that is written in the shell, as the guide has it: a case class, its stages, and a classifier that trains it. */
final class ShellModelIT {

    private static final Path GUIDE = Path.of("src/main/java/org/example/demand/README.md");

    @Test
    void aCaseClassOfTheShellIsTrainedSavedAndLoaded(@TempDir Path folder) throws IOException, InterruptedException {
        Path home = Environment.sparkDistribution();
        Path cell = Files.writeString(folder.resolve("cell.scala"), scala());
        ChildProcess.Outcome shell = new ChildProcess(List.of(
                        home.resolve("bin/spark-shell").toString(),
                        "--master",
                        "local[2]",
                        "--jars",
                        SparkSubmit.ALL_JAR.toString(),
                        "--conf",
                        "spark.ui.enabled=false"))
                .environment(Map.of(
                        "SPARK_HOME", home.toString(), "JAVA_HOME", System.getProperty("java.home"), "TERM", "dumb"))
                .directory(folder)
                .input(":paste " + cell + "\n:quit\n")
                .run(Duration.ofMinutes(10));

        assertThat(shell.exitCode()).as(shell.output()).isZero();
        assertThat(shell.lines(" error:")).as(shell.output()).isEmpty();
        assertThat(shell.lines("Exception")).as(shell.output()).isEmpty();
        assertThat(shell.output()).contains("accuracy 1.0");
    }

    private static String scala() throws IOException {
        String guide = Files.readString(GUIDE);
        int start = guide.indexOf("```scala\n") + "```scala\n".length();
        return guide.substring(start, guide.indexOf("```", start));
    }
}
