package io.sparkmics.job.rank;

import io.sparkmics.bootstrap.Sentence;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the driver wants the run to end early and keep its result: it makes a file in the run's folder, which a thread of rank
 * 0 looks for every second, as a step must not wait for a slow storage.
 */
public final class StopSignal implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StopSignal.class);
    private static final String FILE_NAME = "stop";
    private static final long BETWEEN_LOOKS_MILLIS = 1000;

    private final Path file;
    private final Configuration hadoop;
    private final Thread thread;
    private volatile boolean given;

    private StopSignal(Path file, Configuration hadoop) {
        this.file = file;
        this.hadoop = hadoop;
        thread = new Thread(this::look, "stop-signal");
        thread.setDaemon(true);
    }

    /**
     * Gives it, on the driver.
     *
     * @param runDirectory of the run that shall end
     */
    public static void give(String runDirectory, Configuration hadoop) throws IOException {
        Path file = file(runDirectory);
        file.getFileSystem(hadoop).create(file, true).close();
    }

    /** Looks for it until this is closed. */
    static StopSignal watch(String runDirectory, Configuration hadoop) {
        StopSignal signal = new StopSignal(file(runDirectory), hadoop);
        signal.thread.start();
        return signal;
    }

    boolean given() {
        return given;
    }

    private static Path file(String runDirectory) {
        return new Path(runDirectory, FILE_NAME);
    }

    private void look() {
        try {
            FileSystem files = file.getFileSystem(hadoop);
            while (!given) {
                TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS_MILLIS);
                given = exists(files);
            }
        } catch (InterruptedException closed) {
            // The rank has come to its end.
        } catch (IOException | RuntimeException e) {
            LOG.warn(
                    "Cannot look for {}: {} The run can no longer be ended early.", file, Sentence.end(e.getMessage()));
        }
    }

    /** A storage that does not answer for a moment may answer the next time. */
    private boolean exists(FileSystem files) {
        try {
            return files.exists(file);
        } catch (IOException e) {
            LOG.debug("Cannot look for {}.", file, e);
            return false;
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
