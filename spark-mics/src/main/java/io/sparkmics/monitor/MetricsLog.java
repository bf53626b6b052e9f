package io.sparkmics.monitor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code metrics.jsonl}: a line of JSON a step, flushed as it comes, so that others can follow it where the file system
 * shows unfinished files (an object store shows it when closed). Any thread.
 */
public final class MetricsLog implements Consumer<StepMetrics>, AutoCloseable {

    public static final String FILE_NAME = "metrics.jsonl";

    private static final Logger LOG = LoggerFactory.getLogger(MetricsLog.class);

    private final Path file;
    private final Configuration hadoop;
    private FSDataOutputStream out;

    private MetricsLog(Path file, Configuration hadoop) throws IOException {
        this.file = file;
        this.hadoop = hadoop;
        this.out = PlainFiles.create(file, hadoop);
    }

    /** Begins a new log in a folder, over an older one. */
    public static MetricsLog open(Path folder, Configuration hadoop) {
        Path file = new Path(folder, FILE_NAME);
        try {
            return new MetricsLog(file, hadoop);
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    @Override
    public synchronized void accept(StepMetrics metrics) {
        try {
            write(metrics);
            out.hflush();
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    /** Begins the log anew with these steps: few file systems can cut off what a file has too much. */
    public synchronized void rewrite(List<StepMetrics> steps) {
        try {
            out.close();
        } catch (IOException e) {
            // What it held is replaced.
            LOG.debug("Cannot close {}:", file, e);
        }
        try {
            out = PlainFiles.create(file, hadoop);
            for (StepMetrics step : steps) {
                write(step);
            }
            out.hflush();
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    private void write(StepMetrics metrics) throws IOException {
        out.write((metrics.toJson() + "\n").getBytes(StandardCharsets.UTF_8));
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
