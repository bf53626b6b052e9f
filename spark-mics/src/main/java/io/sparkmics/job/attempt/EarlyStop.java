package io.sparkmics.job.attempt;

import io.sparkmics.bootstrap.deadline.Sentence;
import io.sparkmics.job.cluster.FileWatch;
import io.sparkmics.job.rank.StopSignal;
import io.sparkmics.monitor.StepMetrics;
import io.sparkmics.monitor.StopCondition;
import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Tells the ranks of a run to end it before its last step, when the user's file appears or the user's condition says so. Looks
 * for the file until this is closed.
 */
public final class EarlyStop implements AutoCloseable {

    private final StopCondition condition;
    private final Path runDirectory;
    private final Configuration hadoop;
    private final Optional<FileWatch> watch;

    private String reason;
    private boolean conditionFailed;

    /** @param file whose coming ends the run */
    public EarlyStop(Optional<Path> file, StopCondition condition, Path runDirectory, Configuration hadoop) {
        this.condition = condition;
        this.runDirectory = runDirectory;
        this.hadoop = hadoop;
        watch = file.map(path -> FileWatch.start(path, hadoop, () -> stopFor(path)));
    }

    /** A step is done. What the user's condition throws is told, and the run goes on without it. */
    public void heard(StepMetrics step) {
        if (reason().isPresent() || conditionFailed) {
            return;
        }
        try {
            if (condition.stop(step)) {
                stop("stopWhen said so after step " + step.step());
            }
        } catch (RuntimeException e) {
            conditionFailed = true;
            System.err.println("Cannot ask stopWhen after step " + step.step() + ": it has thrown "
                    + Sentence.end(e.toString()) + " It is not asked again, and training goes on.");
        }
    }

    /** Why the ranks were told to end; empty where they were not. */
    public synchronized Optional<String> reason() {
        return Optional.ofNullable(reason);
    }

    /** The ranks end as soon as they can, for a last checkpoint. */
    void interrupted() {
        give("the thread in fit was interrupted");
    }

    private void stop(String why) {
        if (give(why)) {
            System.err.println("Stopping, as " + why + ": the result is kept.");
        }
    }

    /** Whether that is news. */
    private synchronized boolean give(String why) {
        if (reason != null) {
            return false;
        }
        try {
            StopSignal.give(runDirectory.toString(), hadoop);
            reason = why;
            return true;
        } catch (IOException e) {
            System.err.println("Cannot stop, although " + why + ": " + runDirectory + " cannot be written: "
                    + Sentence.end(e.getMessage()));
            return false;
        }
    }

    private boolean stopFor(Path file) {
        stop(file + " is there");
        return reason().isPresent();
    }

    @Override
    public void close() {
        watch.ifPresent(FileWatch::close);
    }
}
