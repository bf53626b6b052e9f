package io.sparkmics.job.cluster;

import java.time.Duration;
import java.util.Arrays;
import java.util.Properties;
import java.util.UUID;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.TaskSchedulerImpl;
import scala.concurrent.Future;

/**
 * The Spark jobs of one run: those that the thread of {@code fit} starts until this is closed. They have a tag of their own,
 * for the job group is the user's: cancelling it still cancels these jobs.
 *
 * <p>Who gives a run up must cancel them and wait for their tasks. Spark does neither: an interrupt ends the wait for a job but
 * not the job, and the tasks of a job that has ended badly run on until they notice.
 */
public final class TaggedJobs implements AutoCloseable {

    /** Spark's property of a job: its tags, with commas between them. */
    private static final String TAGS = "spark.job.tags";

    /** Spark's property of a job: whether its tasks' threads are interrupted when it is cancelled. */
    private static final String INTERRUPT = "spark.job.interruptOnCancel";

    private static final long POLL_MILLIS = 50;

    private final SparkContext spark;
    private final String tag = "spark-mics-" + UUID.randomUUID();
    private final String interruptBefore;

    public TaggedJobs(SparkContext spark) {
        this.spark = spark;
        interruptBefore = spark.getLocalProperty(INTERRUPT);
        spark.addJobTag(tag);
        // What is slow in the user's own frame, a function or a source, looks at nothing else. What an interrupted task
        // has written is not wanted any more; ranks wait for their collectives to end all the same.
        spark.setInterruptOnCancel(true);
    }

    /**
     * Cancels them and waits until none of their tasks runs. An interrupt does not cut this short; it is kept for later.
     *
     * @param reason what Spark shows beside the jobs
     * @return how many tasks still run when the time is over; 0 where all have ended
     */
    public int cancel(String reason, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        boolean interrupted = false;
        try {
            Future<?> cancelled = null;
            while (!spark.isStopped()) {
                // Again and again: a query whose thread was interrupted may still submit a stage from another one.
                boolean seen = cancelled != null && cancelled.isCompleted();
                int running = runningTasks();
                if (seen && running == 0 || System.nanoTime() > deadline) {
                    return running;
                }
                if (seen || cancelled == null) {
                    cancelled = spark.cancelJobsWithTagWithFuture(tag, reason);
                }
                try {
                    Thread.sleep(POLL_MILLIS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            return 0;
        } catch (IllegalStateException e) {
            if (spark.isStopped()) {
                return 0;
            }
            throw e;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The scheduler is asked: the status that Spark shows follows late, and leaves out the tasks of a stage that has ended. */
    int runningTasks() {
        return (int) ((TaskSchedulerImpl) spark.taskScheduler())
                .taskIdToTaskSetManager().values().stream()
                        .filter(tasks -> isOurs(tasks.taskSet().properties()))
                        .count();
    }

    private boolean isOurs(Properties job) {
        return job != null
                && Arrays.asList(job.getProperty(TAGS, "").split(",")).contains(tag);
    }

    @Override
    public void close() {
        if (!spark.isStopped()) {
            spark.removeJobTag(tag);
            spark.setLocalProperty(INTERRUPT, interruptBefore);
        }
    }
}
