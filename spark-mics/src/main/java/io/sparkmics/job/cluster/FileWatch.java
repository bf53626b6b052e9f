package io.sparkmics.job.cluster;

import io.sparkmics.bootstrap.deadline.Sentence;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Waits for a file to come, which ends the run: looks for it every second, on a thread of its own, as nobody who trains must wait
 * for a slow storage. Until it is there or this is closed. Any thread may ask.
 */
public final class FileWatch implements AutoCloseable {

    private static final long POLL_MILLIS = 1000;

    private final Path file;
    private final Configuration hadoop;
    private final BooleanSupplier listener;
    private final Thread thread;
    private volatile boolean found;

    /** A storage may swallow the interrupt. */
    private volatile boolean closed;

    private FileWatch(Path file, Configuration hadoop, BooleanSupplier listener) {
        this.file = file;
        this.hadoop = hadoop;
        this.listener = listener;
        thread = new Thread(this::poll, "watch-for-" + file.getName());
        thread.setDaemon(true);
    }

    /** @param listener called when the file is there, and a second later again where it returns false */
    public static FileWatch start(Path file, Configuration hadoop, BooleanSupplier listener) {
        FileWatch watch = new FileWatch(file, hadoop, listener);
        watch.thread.start();
        return watch;
    }

    /** Whether the file is there, and the listener content. */
    public boolean found() {
        return found;
    }

    private void poll() {
        try {
            FileSystem files = file.getFileSystem(hadoop);
            while (!found && !closed) {
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
                found = exists(files) && !closed && listener.getAsBoolean();
            }
        } catch (InterruptedException closed) {
            // The run has come to its end.
        } catch (IOException | RuntimeException e) {
            System.err.println(
                    "Cannot look for " + file + ": " + Sentence.end(e.getMessage()) + " It will not end the run.");
        }
    }

    /** A storage that does not answer for a moment may answer the next time. */
    private boolean exists(FileSystem files) {
        try {
            return files.exists(file);
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
