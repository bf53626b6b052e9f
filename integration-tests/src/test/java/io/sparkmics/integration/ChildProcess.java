package io.sparkmics.integration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs a program to its end, or to its deadline: then it is killed with everything that it has started. */
final class ChildProcess {

    private ChildProcess() {}

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

    /** @param environment added to this process's own; an empty value removes */
    static Outcome run(List<String> command, Map<String, String> environment, String input, Duration deadline)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile("output", ".txt");
        Path given = Files.writeString(Files.createTempFile("input", ".txt"), input);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .redirectInput(given.toFile());
        environment.forEach((name, value) -> {
            if (value.isEmpty()) {
                builder.environment().remove(name);
            } else {
                builder.environment().put(name, value);
            }
        });
        Process process = builder.start();
        try {
            if (!process.waitFor(deadline.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("Cannot wait longer for " + command.get(0) + ": it did not end in "
                        + deadline.toSeconds() + " s. Its output:\n" + Files.readString(output));
            }
            return new Outcome(process.exitValue(), Files.readString(output));
        } finally {
            List<ProcessHandle> tree = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                    .toList();
            tree.forEach(ProcessHandle::destroyForcibly);
            Files.delete(output);
            Files.delete(given);
        }
    }
}
