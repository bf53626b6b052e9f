package io.sparkmics.integration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A program that is run to its end, or to its deadline: then it is killed with everything that it has started. */
final class ChildProcess {

    private final ProcessBuilder builder;
    private String input = "";

    ChildProcess(List<String> command) {
        builder = builder(command);
    }

    /** Both streams are one, and what this build runs under does not reach what it starts. */
    static ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("SPARK_") || name.equals("JAVA_TOOL_OPTIONS"));
        return builder;
    }

    /**
     * What a program left behind.
     *
     * @param output what it wrote, both streams in the order of writing
     */
    record Outcome(int exitCode, String output) {

        /** The lines that hold this text. */
        List<String> lines(String text) {
            return output.lines().filter(line -> line.contains(text)).toList();
        }
    }

    ChildProcess environment(Map<String, String> variables) {
        builder.environment().putAll(variables);
        return this;
    }

    ChildProcess directory(Path directory) {
        builder.directory(directory.toFile());
        return this;
    }

    ChildProcess input(String text) {
        input = text;
        return this;
    }

    Outcome run(Duration deadline) throws IOException, InterruptedException {
        Path given = Files.writeString(Files.createTempFile("input", ".txt"), input);
        Path output = Files.createTempFile("output", ".txt");
        Process process = builder.redirectInput(given.toFile())
                .redirectOutput(output.toFile())
                .start();
        try {
            if (!process.waitFor(deadline.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("Cannot wait longer for " + builder.command() + ": it did not end in "
                        + deadline.toSeconds() + " s. Its output:\n" + Files.readString(output));
            }
            return new Outcome(process.exitValue(), Files.readString(output));
        } finally {
            Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                    .toList()
                    .forEach(ProcessHandle::destroyForcibly);
            Files.delete(given);
            Files.delete(output);
        }
    }
}
