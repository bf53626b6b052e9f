package io.sparkmics.integration;

import io.sparkmics.integration.ChildProcess.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A real SparkSubmit with executors that are processes of their own, as users start it: Spark's jars on the class path, ours
 * handed over. Not thread-safe.
 */
final class SparkSubmit {

    /** The {@code -all} jar, as users hand it over. */
    static final Path ALL_JAR = Path.of(System.getProperty("sparkmics.all.jar"));

    /** The programs of {@code io.sparkmics.examples}. */
    static final Path EXAMPLES_JAR = Path.of(System.getProperty("sparkmics.examples.jar"));

    /** The programs of the tests. */
    private static final Path TESTS_JAR = Path.of(System.getProperty("sparkmics.tests.jar"));

    /** For JVMs that end soon. */
    static final String SHORT_JVM_OPTIONS = System.getProperty("sparkmics.short.jvm.options");

    private static final Path SPARK_HOME = Path.of(System.getProperty("sparkmics.spark.home"));
    private static final Path LOG_CONFIGURATION = Path.of("src/main/conf/log4j2.properties");

    private final Map<String, String> settings = new LinkedHashMap<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private Duration deadline = Duration.ofMinutes(5);
    private Path logs;

    private SparkSubmit(String master) {
        settings.put("spark.master", master);
        settings.put("spark.ui.enabled", "false");
        settings.put("spark.driver.host", "localhost");
        settings.put(
                "spark.executor.extraJavaOptions", "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0 " + SHORT_JVM_OPTIONS);
    }

    /** Executors with one core and 1 GiB of heap each. */
    static SparkSubmit cluster(int executors) {
        return new SparkSubmit("local-cluster[" + executors + ",1,1024]");
    }

    /** The executors of this master. */
    static SparkSubmit to(String master) {
        return new SparkSubmit(master);
    }

    SparkSubmit set(String name, String value) {
        settings.put(name, value);
        return this;
    }

    /** A variable of the driver and, where the cluster is its own, of the executors. */
    SparkSubmit environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** How long a run may take; five minutes where nothing is said. */
    SparkSubmit within(Duration longest) {
        deadline = longest;
        return this;
    }

    /** Runs {@code io.sparkmics.Train} of the -all jar to its end. */
    Outcome train(String... arguments) throws IOException, InterruptedException {
        return run(List.of("--class", "io.sparkmics.Train", ALL_JAR.toString()), arguments);
    }

    /** Runs one of the programs of {@code io.sparkmics.examples} to its end. */
    Outcome example(Class<?> main, String... arguments) throws IOException, InterruptedException {
        return run(
                List.of("--class", main.getName(), "--jars", ALL_JAR.toString(), EXAMPLES_JAR.toString()), arguments);
    }

    /** Runs a program of the tests to its end. */
    Outcome program(Class<?> main, String... arguments) throws IOException, InterruptedException {
        return run(List.of("--class", main.getName(), "--jars", ALL_JAR.toString(), TESTS_JAR.toString()), arguments);
    }

    /** All that the last run wrote down: the driver in its log, and each executor in both of its streams. */
    String logs() throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.walk(logs)) {
            for (Path file : files.filter(path -> path.toString().matches(".*(driver\\.log|/stderr|/stdout)"))
                    .sorted()
                    .toList()) {
                text.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return text.toString();
    }

    private Outcome run(List<String> program, String... arguments) throws IOException, InterruptedException {
        Path home = home();
        logs = home;
        List<String> command = new ArrayList<>(java(home, "driver", "-Xmx1g"));
        command.add("org.apache.spark.deploy.SparkSubmit");
        settings.forEach((name, value) -> command.addAll(List.of("--conf", name + "=" + value)));
        command.addAll(program);
        command.addAll(List.of(arguments));
        Map<String, String> variables = new LinkedHashMap<>(environment);
        variables.putAll(Map.of("SPARK_HOME", home.toString(), "SPARK_SCALA_VERSION", "2.13"));
        try {
            return new ChildProcess(command).environment(variables).run(deadline);
        } finally {
            deleteJars(home);
        }
    }

    /** A home of its own for each run: executors leave logs there, to read when a test fails, and copies of the jars. */
    static Path home() throws IOException {
        Path home = Files.createTempDirectory(SPARK_HOME.getParent(), "cluster-");
        Files.createSymbolicLink(home.resolve("jars"), SPARK_HOME.resolve("jars"));
        return home;
    }

    static void deleteJars(Path home) throws IOException {
        try (Stream<Path> files = Files.walk(home)) {
            for (Path jar :
                    files.filter(file -> file.toString().endsWith(".jar")).toList()) {
                Files.delete(jar);
            }
        }
    }

    /** The start of a command that runs a class of Spark's, which writes {@code name.log} into a folder. */
    static List<String> java(Path folder, String name, String heap) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(System.getProperty("sparkmics.jvm.options").split(" ")));
        command.addAll(List.of(SHORT_JVM_OPTIONS.split(" ")));
        command.addAll(List.of(heap, "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0"));
        command.add("-Dlog4j2.configurationFile=" + LOG_CONFIGURATION.toUri());
        command.add("-Dlog.file=" + folder.resolve(name + ".log"));
        command.addAll(List.of("-cp", SPARK_HOME.resolve("jars") + "/*"));
        return command;
    }
}
