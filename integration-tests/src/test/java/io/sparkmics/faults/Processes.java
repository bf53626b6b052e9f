package io.sparkmics.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;

/** The processes of this host. */
final class Processes {

    private static final long KILL_SECONDS = 10;

    private Processes() {}

    /** Sends a signal by its name; a process that is gone gets none. */
    static void signal(String name, long process) {
        try {
            Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!kill.waitFor(KILL_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("Cannot send " + name + " to " + process + ".");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
