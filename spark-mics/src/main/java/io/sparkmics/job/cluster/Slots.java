package io.sparkmics.job.cluster;

import io.sparkmics.bootstrap.groups.Names;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.SparkContext;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.scheduler.local.LocalSchedulerBackend;

/** Waits until the cluster can run all ranks at once: Spark itself would wait ten silent minutes. */
public final class Slots {

    private static final String TASK_CPUS = "spark.task.cpus";

    private static final Duration POLL_INTERVAL = Duration.ofMillis(200);

    private Slots() {}

    /**
     * @param profile what each of them must have
     * @param listener hears how many slots there are, whenever that changes
     * @throws IllegalStateException with wanted and found, when the time is over
     * @throws java.util.concurrent.CancellationException when the thread is interrupted, which it stays
     */
    static void await(
            SparkContext spark, ResourceProfile profile, int wanted, Duration timeout, Consumer<String> listener) {
        if (awaitUpTo(spark, profile, wanted, timeout, listener) < wanted) {
            throw new IllegalStateException(tooFew(spark, profile, wanted, timeout));
        }
    }

    /**
     * @return how many are free: fewer than wanted where the time is over, or no more can come
     * @throws java.util.concurrent.CancellationException when the thread is interrupted, which it stays
     */
    public static int awaitUpTo(
            SparkContext spark, ResourceProfile profile, int wanted, Duration timeout, Consumer<String> listener) {
        if (Thread.interrupted()) {
            // By what was done before: where enough are free, nothing here would notice.
            throw Interruption.whileWaiting(new InterruptedException());
        }
        long deadline = System.nanoTime() + timeout.toNanos();
        String shown = "";
        while (true) {
            int all = spark.maxNumConcurrentTasks(profile);
            int busy = busy(spark);
            // Threads of this JVM do not become more, but they can become free.
            if (all - busy >= wanted || spark.isLocal() && all < wanted || System.nanoTime() - deadline > 0) {
                return Math.max(0, all - busy);
            }
            String notice =
                    "Waiting for " + Names.count(wanted, "slot") + gpus(profile) + ": " + found(all, busy) + ".";
            if (!notice.equals(shown)) {
                listener.accept(notice);
                shown = notice;
            }
            sleep();
        }
    }

    /**
     * Spark counts slots whether they are free or not; a barrier stage needs free ones. The scheduler is asked, as the
     * status that Spark shows may follow only with the next heartbeat, ten seconds later. It does not say which tasks hold a
     * GPU: each counts as if it held one. A slot of an executor that is about to go is none, busy or not.
     */
    private static int busy(SparkContext spark) {
        return (int) TaggedJobs.tasks(spark, tasks -> true).stream()
                .filter(task -> Executors.active(spark, task.executor()))
                .count();
    }

    private static String found(int all, int busy) {
        return all + " there" + ofThem(busy);
    }

    private static String ofThem(int busy) {
        return busy > 0 ? ", " + busy + " of them busy" : "";
    }

    private static String gpus(ResourceProfile profile) {
        return profile.taskResourcesJMap().containsKey("gpu") ? " with a GPU each" : "";
    }

    /** What to tell the user when they were waited for in vain. */
    public static String tooFew(SparkContext spark, ResourceProfile profile, int wanted, Duration timeout) {
        int all = spark.maxNumConcurrentTasks(profile);
        int busy = busy(spark);
        String gpus = gpus(profile);
        int cpus = spark.conf().getInt(TASK_CPUS, 1);
        if (spark.isLocal() && all < wanted) {
            return tooFewThreads(spark, wanted, all, cpus);
        }
        return "Cannot run " + Names.count(wanted, "rank") + " at once: master " + spark.master() + " has "
                + Names.count(all, "slot") + gpus
                + (cpus > 1 ? " of " + cpus + " cores (" + TASK_CPUS + ")" : "")
                + ofThem(busy) + " after " + timeout.toSeconds()
                + " s. Ask for more executors or " + (gpus.isEmpty() ? "cores" : "GPUs")
                + ", end other jobs, lower numWorkers, "
                + (cpus > 1 ? "lower " + TASK_CPUS + ", " : "")
                + (gpus.isEmpty() ? "" : "set deviceType to cpu, ") + "or raise slotTimeout.";
    }

    private static String tooFewThreads(SparkContext spark, int wanted, int slots, int cpus) {
        int cores = ((LocalSchedulerBackend) spark.schedulerBackend()).totalCores();
        List<String> remedies = new ArrayList<>();
        if (slots > 0) {
            remedies.add("numWorkers to at most " + slots);
        }
        if (cpus > 1 && cores >= wanted) {
            remedies.add(TASK_CPUS + " to " + cores / wanted);
        }
        remedies.add("the master to local[" + (long) wanted * cpus + "]");
        return "Cannot run " + Names.count(wanted, "rank") + " at once: master " + spark.master() + " has "
                + (cpus > 1
                        ? Names.count(cores, "core") + ", which are " + Names.count(slots, "slot") + " where "
                                + TASK_CPUS + " is " + cpus
                        : Names.count(slots, "slot"))
                + ". Set " + String.join(", or ", remedies) + ".";
    }

    private static void sleep() {
        try {
            Thread.sleep(POLL_INTERVAL.toMillis());
        } catch (InterruptedException e) {
            throw Interruption.whileWaiting(e);
        }
    }
}
