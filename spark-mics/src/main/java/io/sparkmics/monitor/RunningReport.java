package io.sparkmics.monitor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * What can be looked at while a run trains, and what is left of one that was interrupted: {@code metrics.jsonl} grows by a
 * line a step (on an object store it is there when closed), {@code loss.png} is drawn again every minute and at the end. A
 * run without a step leaves neither. Any thread.
 */
public final class RunningReport implements Consumer<StepMetrics>, AutoCloseable {

    private static final long BETWEEN_PICTURES = Duration.ofMinutes(1).toNanos();

    private final String model;
    private final Path folder;
    private final Configuration hadoop;
    private final MetricsLog log;
    private final List<StepMetrics> steps = new ArrayList<>();
    private long drawn = System.nanoTime();

    private RunningReport(String model, Path folder, Configuration hadoop) {
        this.model = model;
        this.folder = folder;
        this.hadoop = hadoop;
        this.log = MetricsLog.open(folder, hadoop);
    }

    /**
     * Makes the folder, and takes away what an earlier run told of itself there.
     *
     * @param model what the title of the picture says
     * @throws UncheckedIOException when the folder cannot be written
     */
    public static RunningReport open(String model, Path folder, Configuration hadoop) {
        try {
            FileSystem files = folder.getFileSystem(hadoop);
            if (!files.mkdirs(folder)) {
                throw new IOException("the folder cannot be made");
            }
            files.delete(new Path(folder, TrainingSummary.FILE_NAME), false);
            files.delete(new Path(folder, LossPicture.FILE_NAME), false);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot write to " + folder + ": " + e.getMessage() + ". Choose a folder that can be written.", e);
        }
        return new RunningReport(model, folder, hadoop);
    }

    @Override
    public synchronized void accept(StepMetrics metrics) {
        steps.add(metrics);
        log.accept(metrics);
        if (System.nanoTime() - drawn > BETWEEN_PICTURES) {
            draw();
        }
    }

    @Override
    public synchronized void close() {
        log.close();
        if (steps.isEmpty()) {
            log.delete(hadoop);
        } else {
            draw();
        }
    }

    private void draw() {
        LossPicture.draw(model, steps, folder, hadoop);
        drawn = System.nanoTime();
    }
}
