package io.sparkmics.job.attempt;

import io.sparkmics.job.rank.StopSignal;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Lets a run end before its last step and keep its result: when the user makes a file, which a thread of its own looks for, or
 * when somebody asks for it.
 */
public final class EarlyEnd implements AutoCloseable {

    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    private final String file;
    private final Path runDirectory;
    private final Configuration hadoop;
    private final Thread thread;
    private volatile boolean asked;

    /**
     * @param file a Hadoop path; empty: none is looked for
     * @param runDirectory where ranks look
     */
    public EarlyEnd(String file, Path runDirectory, Configuration hadoop) {
        this.file = file;
        this.runDirectory = runDirectory;
        this.hadoop = hadoop;
        this.thread = new Thread(this::look, "early-end");
        thread.setDaemon(true);
        if (!file.isBlank()) {
            thread.start();
        }
    }

    /** What is wrong with the file: one that was left over would end a run at its first step. */
    public static Optional<String> problem(String file, Configuration hadoop) {
        if (file.isBlank()) {
            return Optional.empty();
        }
        try {
            return exists(file, hadoop)
                    ? Optional.of("Cannot end the run when " + file
                            + " comes: it is there already. Delete it, or set stopWhen to another path.")
                    : Optional.empty();
        } catch (IOException | RuntimeException e) {
            return Optional.of("Cannot look for " + file + ": " + e.getMessage()
                    + ". Set stopWhen to a path on a file system that Hadoop knows here, or leave it empty.");
        }
    }

    private static boolean exists(String file, Configuration hadoop) throws IOException {
        Path path = new Path(file);
        return path.getFileSystem(hadoop).exists(path);
    }

    private void look() {
        try {
            while (!asked) {
                Thread.sleep(BETWEEN_LOOKS.toMillis());
                if (exists(file, hadoop)) {
                    System.err.println(file + " is there: the run ends after the step that it is at, with its result.");
                    ask();
                }
            }
        } catch (InterruptedException closed) {
            // The run has come to its end.
        } catch (IOException | RuntimeException e) {
            System.err.println("Cannot look for " + file + ": " + e.getMessage() + ". It no longer ends the run.");
        }
    }

    /** All ranks end after the same step, a second or two later. */
    void ask() throws IOException {
        asked = true;
        StopSignal.give(runDirectory.toString(), hadoop);
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
