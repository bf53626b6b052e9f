package io.sparkmics.job;

import java.time.Duration;
import java.util.function.Consumer;
import org.apache.spark.SparkContext;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.scheduler.TaskSchedulerImpl;
import scala.jdk.javaapi.CollectionConverters;

/** Waits until the cluster can run all ranks at once: Spark itself would wait ten silent minutes. */
final class Slots {

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

    private Slots() {}

    /**
     * @param profile what each of them must have
     * @param listener hears how many slots there are, whenever that changes
     * @throws IllegalStateException with wanted and found, when the time is over
     */
    static void await(
            SparkContext spark, ResourceProfile profile, int wanted, Duration timeout, Consumer<String> listener) {
        long deadline = System.nanoTime() + timeout.toNanos();
        String shown = "";
        while (true) {
            int all = spark.maxNumConcurrentTasks(profile);
            int busy = busy(spark);
            if (all - busy >= wanted) {
                return;
            }
            // Threads of this JVM do not become more, but they can become free.
            if (spark.isLocal() && all < wanted || System.nanoTime() - deadline > 0) {
                throw new IllegalStateException(tooFew(spark, gpus(profile), wanted, all, busy, timeout));
            }
            String notice = "Waiting for " + wanted + " slots" + gpus(profile) + ": " + found(all, busy) + ".";
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
     * GPU: each counts as if it held one.
     */
    private static int busy(SparkContext spark) {
        TaskSchedulerImpl scheduler = (TaskSchedulerImpl) spark.taskScheduler();
        return CollectionConverters.asJava(scheduler.runningTasksByExecutors()).values().stream()
                .mapToInt(running -> (Integer) running)
                .sum();
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

    private static String tooFew(SparkContext spark, String gpus, int wanted, int all, int busy, Duration timeout) {
        if (spark.isLocal() && all < wanted) {
            return "Cannot run " + wanted + " ranks at once: master " + spark.master() + " has " + all
                    + " slots. Set numWorkers to at most " + all + ", or the master to local[" + wanted + "].";
        }
        return "Cannot run " + wanted + " ranks at once: master " + spark.master() + " has " + all + " slots" + gpus
                + ofThem(busy) + " after " + timeout.toSeconds()
                + " s. Ask for more executors or " + (gpus.isEmpty() ? "cores" : "GPUs")
                + ", end other jobs, lower numWorkers, "
                + (gpus.isEmpty() ? "" : "set deviceType to cpu, ") + "or raise slotTimeout.";
    }

    private static void sleep() {
        try {
            Thread.sleep(BETWEEN_LOOKS.toMillis());
        } catch (InterruptedException e) {
            throw Interruption.whileWaiting(e);
        }
    }
}
