package io.sparkmics.benchmark.network;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs short commands. */
final class Shell {

    private static final int SECONDS = 30;

    private Shell() {}

    /**
     * What the command wrote.
     *
     * @param words split at blanks
     * @throws IOException where it failed, with what it wrote
     */
    static String run(String words) throws IOException {
        Process process = new ProcessBuilder(List.of(words.split(" ")))
                .redirectErrorStream(true)
                .start();
        try {
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("Cannot run '" + words + "': it did not end in " + SECONDS + " s.");
            }
            if (process.exitValue() != 0) {
                throw new IOException(
                        "Cannot run '" + words + "': it ended with " + process.exitValue() + ". " + output.strip());
            }
            return output;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Cannot run '" + words + "': interrupted", e);
        } finally {
            process.destroyForcibly();
        }
    }
}
