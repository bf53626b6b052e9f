package io.sparkmics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run leaves behind for others to read, with every word of Spark's log: none of it tells what was given in confidence. */
@Tag("cluster")
class SecretsTest {

    private static final String PLANTED = "planted-hunter2";

    private static final List<String> SECRETS = List.of(
            "-Dspark.hadoop.fs.s3a.secret.key=" + PLANTED + "-s3a",
            "-Dspark.hadoop.fs.s3a.session.token=" + PLANTED + "-session",
            "-Dspark.hadoop.fs.ftp.password.somewhere=" + PLANTED + "-ftp",
            "-Dspark.authenticate=true",
            "-Dspark.authenticate.secret=" + PLANTED + "-spark");

    @TempDir
    Path folder;

    @Test
    void aRunTellsNoSecretOfItsConfigurationToAnyFileThatItLeaves() throws Exception {
        Path rows = Files.writeString(folder.resolve("in.txt"), "The rows of a run with secrets.\n".repeat(50));

        int code = train(
                "--format=text",
                "--input-col=value",
                "--input=" + rows,
                "--verbose",
                "--num-workers=2",
                "--partition-group-size=2",
                "--layers=1",
                "--heads=2",
                "--width=16",
                "--context=16",
                "--global-batch-size=2",
                "--micro-batch-size=1",
                "--max-steps=2");

        assertThat(code).as(Files.readString(folder.resolve("err"))).isZero();
        // Where secrets would stand they were written, so that their absence says something.
        assertThat(events()).contains("spark.hadoop.fs.s3a.secret.key", "Training, 2 ranks", "SparkListenerJobEnd");
        assertThat(folder.resolve("out/summary.json")).content().contains("workDirectory");
        assertThat(folder.resolve("err")).content().contains("INFO DAGScheduler");
        assertThat(filesThatTell()).isEmpty();
    }

    @Test
    void aPasswordInAPathIsRefusedBeforeSparkHearsOfIt() throws Exception {
        for (String option : List.of("--input", "--output", "--work-directory")) {
            int code = train(
                    "--verbose",
                    "--format=text",
                    "--input-col=value",
                    "--input=" + Files.writeString(folder.resolve("in.txt"), "a text long enough to be read\n"),
                    option + "=ftp://me:" + PLANTED + "@localhost/a");

            assertThat(code).isEqualTo(1);
            assertThat(folder.resolve("err")).content().contains("'ftp://me:***@localhost/a': it has a password in it");
            assertThat(filesThatTell()).isEmpty();
        }
    }

    private int train(String... arguments) throws IOException, InterruptedException {
        Path events = Files.createDirectories(folder.resolve("events"));
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of(
                "-Dspark.master=local[2]",
                "-Dspark.driver.host=localhost",
                "-Dspark.ui.enabled=false",
                "-Dspark.log.level=INFO",
                "-Dspark.eventLog.enabled=true",
                "-Dspark.eventLog.compress=false",
                "-Dspark.eventLog.dir=" + events.toUri()));
        command.addAll(SECRETS);
        command.addAll(List.of("-cp", withoutTests(), Train.class.getName(), "--output=" + folder.resolve("out")));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectOutput(folder.resolve("out.txt").toFile())
                .redirectError(folder.resolve("err").toFile())
                .start()
                .waitFor();
    }

    private String events() throws IOException {
        StringBuilder all = new StringBuilder();
        for (Path file : files(folder.resolve("events"))) {
            all.append(Files.readString(file));
        }
        return all.toString();
    }

    private List<Path> filesThatTell() throws IOException {
        List<Path> telling = new ArrayList<>();
        for (Path file : files(folder)) {
            if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(PLANTED)) {
                telling.add(file);
            }
        }
        return telling;
    }

    private static List<Path> files(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    /** The configuration of the tests' log is there. */
    private static String withoutTests() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes"))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
