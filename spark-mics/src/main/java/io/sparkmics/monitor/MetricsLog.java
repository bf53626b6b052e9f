package io.sparkmics.monitor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;

/**
 * {@code metrics.jsonl}: a line of JSON a step, flushed as it comes, so that others can follow it where the file system
 * shows unfinished files (an object store shows it when closed). Any thread.
 */
public final class MetricsLog implements Consumer<StepMetrics>, AutoCloseable {

    public static final String FILE_NAME = "metrics.jsonl";

    private final Path file;
    private final FSDataOutputStream out;

    private MetricsLog(Path file, FSDataOutputStream out) {
        this.file = file;
        this.out = out;
    }

    /** Begins a new log in a folder, over an older one. */
    public static MetricsLog open(Path folder, Configuration hadoop) {
        Path file = new Path(folder, FILE_NAME);
        try {
            return new MetricsLog(file, PlainFiles.create(file, hadoop));
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    @Override
    public synchronized void accept(StepMetrics metrics) {
        try {
            out.write((metrics.toJson() + "\n").getBytes(StandardCharsets.UTF_8));
            out.hflush();
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    @Override
    public synchronized void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    private static UncheckedIOException failure(Path file, IOException cause) {
        return new UncheckedIOException("Cannot write metrics to " + file + ": " + cause.getMessage(), cause);
    }
}
