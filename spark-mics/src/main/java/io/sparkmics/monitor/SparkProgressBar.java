package io.sparkmics.monitor;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkContext;
import org.apache.spark.ui.ConsoleProgressBar;

/** Keeps the progress bar that Spark itself draws (in spark-shell, for one) away from the line where ours is. */
final class SparkProgressBar implements AutoCloseable {

    /** Spark's bar stays away for half a second after a job has ended: we tell it so, over and over. */
    private static final int MILLISECONDS = 200;

    private final ScheduledExecutorService timer;

    /** @param timer what keeps it away; null where there is none */
    private SparkProgressBar(ScheduledExecutorService timer) {
        this.timer = timer;
    }

    /** Clears it, and lets it appear again when this is closed. */
    static SparkProgressBar hide(SparkContext spark) {
        try {
            ConsoleProgressBar bar = spark.progressBar().getOrElse(() -> null);
            return new SparkProgressBar(bar == null ? null : hide(bar));
        } catch (LinkageError otherSpark) {
            return new SparkProgressBar(null);
        }
    }

    private static ScheduledExecutorService hide(ConsoleProgressBar bar) {
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "spark-mics-progress-bar");
            thread.setDaemon(true);
            return thread;
        });
        bar.finishAll();
        timer.scheduleAtFixedRate(bar::finishAll, MILLISECONDS, MILLISECONDS, TimeUnit.MILLISECONDS);
        return timer;
    }

    @Override
    public void close() {
        if (timer != null) {
            timer.shutdownNow();
        }
    }
}
