package io.sparkmics.job;

import java.time.Duration;
import java.util.function.Consumer;
import org.apache.spark.SparkContext;

/** Waits until the cluster can run all ranks at once: Spark itself would wait ten silent minutes. */
final class Slots {

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

    private Slots() {}

    /**
     * @param notice hears how many slots there are, whenever that changes
     * @throws IllegalStateException with wanted and found, when the time is over
     */
    static void await(SparkContext spark, int wanted, Duration timeout, Consumer<String> notice) {
        long deadline = System.nanoTime() + timeout.toNanos();
        int shown = -1;
        while (true) {
            int found =
                    spark.maxNumConcurrentTasks(spark.resourceProfileManager().defaultResourceProfile());
            if (found >= wanted) {
                return;
            }
            // Threads of this JVM do not become more.
            if (spark.isLocal() || System.nanoTime() - deadline > 0) {
                throw new IllegalStateException(tooFew(spark, wanted, found, timeout));
            }
            if (found != shown) {
                notice.accept("Waiting for " + wanted + " slots: " + found + " there.");
                shown = found;
            }
            sleep();
        }
    }

    private static String tooFew(SparkContext spark, int wanted, int found, Duration timeout) {
        return "Cannot run " + wanted + " ranks at once: master " + spark.master() + " has " + found + " slots"
                + (spark.isLocal()
                        ? ". Set numWorkers to at most " + found + ", or the master to local[" + wanted + "]."
                        : " after " + timeout.toSeconds()
                                + " s. Ask for more executors or cores, lower numWorkers, or raise slotTimeout.");
    }

    private static void sleep() {
        try {
            Thread.sleep(BETWEEN_LOOKS.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Cannot wait for slots: the thread was interrupted.", e);
        }
    }
}
