package io.sparkmics.monitor;

import io.sparkmics.bootstrap.deadline.Sentence;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What can be looked at while a run trains, and what is left of one that was interrupted: {@code metrics.jsonl} grows by a line
 * a step (on an object store it is there when closed), {@code loss.png} is drawn with the first step, every minute and at the
 * end. Both have each step once, in order: what is trained again replaces what was there. A run without a step leaves the
 * folder as it was. Any thread.
 */
public final class RunningReport implements StepListener, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RunningReport.class);
    private static final long BETWEEN_PICTURES = Duration.ofMinutes(1).toNanos();

    /** A storage that does not answer must not keep what was trained. */
    private static final Duration LAST_PICTURE = Duration.ofSeconds(10);

    private final String model;
    private final String unit;
    private final Path folder;
    private final Configuration hadoop;
    /** Null before the first step. */
    private MetricsLog log;

    private final StepHistory history = new StepHistory();
    private final PictureThread pictures = new PictureThread();
    private long drawn = System.nanoTime();
    private boolean closed;

    private RunningReport(String model, String unit, Path folder, Configuration hadoop) {
        this.model = model;
        this.unit = unit;
        this.folder = folder;
        this.hadoop = hadoop;
    }

    /**
     * Makes the folder, and finds out whether it takes files. What an earlier run told of itself there goes with the first
     * step.
     *
     * @param model what the title of the picture says
     * @param unit what it says that the loss is
     * @throws UncheckedIOException when the folder cannot be written
     */
    public static RunningReport open(String model, String unit, Path folder, Configuration hadoop) {
        try {
            FileSystem files = folder.getFileSystem(hadoop);
            if (!files.mkdirs(folder)) {
                throw new IOException("the folder cannot be made");
            }
            Path probe = new Path(folder, "probe-" + UUID.randomUUID());
            files.create(probe).close();
            files.delete(probe, false);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot write to " + folder + ": " + Sentence.end(e.getMessage())
                            + " Choose a folder that can be written.",
                    e);
        }
        return new RunningReport(model, unit, folder, hadoop);
    }

    @Override
    public synchronized void accept(StepMetrics metrics) {
        if (closed) {
            // Ranks go on for a moment when a run is interrupted.
            return;
        }
        if (history.repeats(metrics)) {
            resume(history.before(metrics));
        }
        boolean first = log == null;
        history.add(metrics);
        if (first) {
            log = begin();
        }
        if (first && history.steps().size() > 1) {
            log.rewrite(history.steps());
        } else {
            log.accept(metrics);
        }
        // The first step too: Java loads its fonts then, which it cannot while the process ends.
        if (first || System.nanoTime() - drawn > BETWEEN_PICTURES) {
            draw();
        }
    }

    @Override
    public synchronized void resume(List<StepMetrics> steps) {
        if (closed || steps.equals(history.steps())) {
            return;
        }
        history.replace(steps);
        if (log != null) {
            log.rewrite(steps);
        }
    }

    private MetricsLog begin() {
        try {
            FileSystem files = folder.getFileSystem(hadoop);
            files.delete(new Path(folder, TrainingSummary.FILE_NAME), false);
            files.delete(new Path(folder, LossPicture.FILE_NAME), false);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write to " + folder + ": " + e.getMessage(), e);
        }
        return MetricsLog.open(folder, hadoop);
    }

    /**
     * Closes the report of a run that its user ends.
     *
     * @return one line for people: how far it came, and where that is
     */
    public String interrupt() {
        close();
        return told();
    }

    private synchronized String told() {
        if (history.steps().isEmpty()) {
            return "Interrupted before the first step: no model was saved.";
        }
        StepMetrics last = history.last();
        return "Interrupted after step " + last.step() + " of " + last.steps() + ": no model was saved."
                + " What the run has done until then is in " + folder + ".";
    }

    /** Never throws: what was trained must not be lost with what is told of it. A second time is nothing. */
    @Override
    public void close() {
        end();
        // The second time too: of a run that is interrupted, somebody else may be about to end it.
        if (!pictures.end(LAST_PICTURE)) {
            LOG.warn(
                    "The last picture of the loss is not in {} after {} s. The model is none the worse for it.",
                    folder,
                    LAST_PICTURE.toSeconds());
        }
    }

    private synchronized void end() {
        if (closed || log == null) {
            closed = true;
            return;
        }
        closed = true;
        try {
            log.close();
        } catch (RuntimeException e) {
            LOG.warn("{} The model is none the worse for it.", Sentence.end(e.getMessage()));
        }
        draw();
    }

    /** Elsewhere: who brings the steps brings other messages too. */
    private void draw() {
        List<StepMetrics> steps = List.copyOf(history.steps());
        pictures.draw(() -> LossPicture.draw(model, unit, steps, folder, hadoop));
        drawn = System.nanoTime();
    }
}
