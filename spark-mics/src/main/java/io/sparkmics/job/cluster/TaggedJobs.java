package io.sparkmics.job.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.TaskInfo;
import org.apache.spark.scheduler.TaskSchedulerImpl;
import org.apache.spark.scheduler.TaskSetManager;
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
     * Cancels them and waits until none of their tasks runs. An interrupt does not cut this short; it is kept for later. What
     * this thread starts until the tag is closed is cancelled too.
     *
     * @param reason what Spark shows beside the jobs
     * @return how many tasks still run when the time is over; 0 where all have ended
     */
    public int cancel(String reason, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        boolean interrupted = false;
        GivenUpJobs.add(spark, tag);
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

    /** How many of their tasks run. */
    public int runningTasks() {
        return running().size();
    }

    /** The scheduler is asked: the status that Spark shows follows late, and leaves out the tasks of a stage that has ended. */
    public List<RunningTask> running() {
        return tasks(spark, tasks -> isOurs(tasks.taskSet().properties()));
    }

    private boolean isOurs(Properties job) {
        return tags(job).anyMatch(tag::equals);
    }

    static Stream<String> tags(Properties job) {
        return job == null
                ? Stream.empty()
                : Stream.of(job.getProperty(TAGS, "").split(","));
    }

    /** The tasks that run, of all jobs of the application that are asked for. */
    static List<RunningTask> tasks(SparkContext spark, Predicate<TaskSetManager> which) {
        TaskSchedulerImpl scheduler = (TaskSchedulerImpl) spark.taskScheduler();
        synchronized (scheduler) {
            return scheduler.taskIdToTaskSetManager().entrySet().stream()
                    .filter(entry -> which.test(entry.getValue()))
                    .map(entry -> task(entry.getKey(), entry.getValue()))
                    .toList();
        }
    }

    private static RunningTask task(Object id, TaskSetManager tasks) {
        TaskInfo info = tasks.taskInfos().apply(id);
        return new RunningTask(info.executorId(), info.host(), tasks.stageId(), info.partitionId(), tasks.isBarrier());
    }

    @Override
    public void close() {
        if (!spark.isStopped()) {
            spark.removeJobTag(tag);
            spark.setLocalProperty(INTERRUPT, interruptBefore);
        }
    }
}
