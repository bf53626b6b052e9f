package io.sparkmics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user of the command line sees: in a process of its own, whose log is Spark's and not that of the tests. */
@Tag("cluster")
class TrainProcessTest {

    @TempDir
    Path folder;

    @Test
    void aRunThatIsInterruptedTellsHowFarItCameAndDrawsThePicture() throws Exception {
        long steps = interrupted("--max-steps=1000000");
        assertThat(ours())
                .anyMatch(line -> line.startsWith("Partition groups of 1 of 1 rank: a step of "))
                .noneMatch(line -> line.startsWith("Cannot") || line.startsWith("\tat "))
                .endsWith("Interrupted after step " + steps + " of 1000000: no model was saved."
                        + " What the run has done until then is in file:" + folder.resolve("out") + ".");
        assertThat(folder.resolve("out/loss.png")).isNotEmptyFile();
    }

    @Test
    void aRunWithCheckpointsThatIsInterruptedSavesALastOne() throws Exception {
        long steps = interrupted("--checkpoint-interval=20000", "--max-steps=20000");
        try (Stream<Path> checkpoints = Files.list(folder.resolve("out/checkpoints"))) {
            Path last = checkpoints.toList().get(0);
            // The ranks do a few steps more until they hear of it.
            assertThat(Long.parseLong(last.getFileName().toString().split("-")[1]))
                    .isGreaterThanOrEqualTo(steps);
            assertThat(last.resolve("manifest.json")).isNotEmptyFile();
            assertThat(ours())
                    .noneMatch(line -> line.startsWith("Cannot") || line.startsWith("\tat "))
                    .endsWith("Interrupted after step " + steps + " of 20000: no model was saved."
                            + " What the run has done until then is in file:" + folder.resolve("out")
                            + ". Go on from file:" + last + " with --resume-from=latest.");
        }
    }

    /** A run that is ended when it has done a step or more. Returns how many it has told of. */
    private long interrupted(String... settings) throws Exception {
        Files.writeString(folder.resolve("in.txt"), "The rows of an interrupted run.\n".repeat(200));
        Path metrics = folder.resolve("out/metrics.jsonl");
        List<String> arguments = new ArrayList<>(List.of(
                "--format=text",
                "--input-col=value",
                "--input=" + folder.resolve("in.txt"),
                "--layers=1",
                "--heads=2",
                "--width=16",
                "--context=16",
                "--global-batch-size=2",
                "--micro-batch-size=2"));
        arguments.addAll(List.of(settings));
        Process train = start(arguments.toArray(String[]::new));
        try {
            await().atMost(Duration.ofMinutes(2)).until(() -> Files.exists(metrics) && Files.size(metrics) > 0);
            train.destroy();
            assertThat(train.waitFor(1, TimeUnit.MINUTES)).isTrue();
        } finally {
            train.destroyForcibly();
        }
        return Files.readAllLines(metrics).size();
    }

    @Test
    void aForgottenFormatIsOneLineWithoutTheTracesOfTasks() throws Exception {
        Path rows = Files.writeString(folder.resolve("rows.json"), "{\"text\": \"a\"}");

        assertThat(start("--input=" + rows).waitFor()).isEqualTo(1);

        assertThat(ours())
                .singleElement()
                .asString()
                .startsWith("Cannot read " + rows + " as parquet: ")
                .endsWith("set --format json.");
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-Dspark.master=local[1]", "-Dspark.driver.host=localhost", "-Dspark.ui.enabled=false"));
        command.addAll(List.of("-cp", withoutTests(), Train.class.getName(), "--output=" + folder.resolve("out")));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(errors().toFile())
                .start();
    }

    /** The configuration of the tests' log is there. */
    private static String withoutTests() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Not what the JVM says of its options, nor what Spark says of the machine. */
    private List<String> ours() throws IOException {
        return Files.readAllLines(errors()).stream()
                .filter(line ->
                        !line.matches("WARNING: Using incubator.*|Picked up .*|.* WARN (Utils|NativeCodeLoader): .*"))
                .toList();
    }

    private Path errors() {
        return folder.resolve("errors");
    }
}
