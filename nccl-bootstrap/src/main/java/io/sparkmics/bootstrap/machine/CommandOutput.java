package io.sparkmics.bootstrap.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What a command of the system answered.
 *
 * @param exitCode 0 where it could do what it was asked
 * @param text all that it printed
 */
record CommandOutput(int exitCode, String text) {

    /**
     * @throws IOException where the command cannot be started
     * @throws TimeoutException where it did not end in time; it is ended then
     */
    static CommandOutput of(Duration deadline, String... command)
            throws IOException, TimeoutException, InterruptedException {
        // Into a file: a child that hangs would keep a pipe open, and its reader waiting.
        Path file = Files.createTempFile("command-", ".txt");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(file.toFile())
                    .start();
            try {
                if (!process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new TimeoutException("it did not end in " + deadline.toSeconds() + " s");
                }
            } finally {
                process.destroyForcibly();
            }
            return new CommandOutput(process.exitValue(), Files.readString(file, StandardCharsets.ISO_8859_1));
        } finally {
            Files.deleteIfExists(file);
        }
    }
}
