package io.sparkmics.job.cluster;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.apache.spark.ExecutorAllocationClient;
import org.apache.spark.SparkContext;
import scala.jdk.javaapi.CollectionConverters;

/** Ends executors that do not let go of a task. */
public final class Executors {

    private static final long POLL_MILLIS = 100;

    private Executors() {}

    /** Whether they are processes, which can be ended one by one; threads of the driver cannot. */
    public static boolean canBeKilled(SparkContext spark) {
        return spark.schedulerBackend() instanceof ExecutorAllocationClient;
    }

    /**
     * Has them killed whatever they do, and waits until Spark has seen them go: nobody asks them for blocks any more then. Their
     * cluster manager starts others.
     *
     * @return those that are still there when the time is over
     */
    public static List<String> kill(SparkContext spark, Collection<String> executors, Duration timeout)
            throws InterruptedException {
        ExecutorAllocationClient client = (ExecutorAllocationClient) spark.schedulerBackend();
        // As many as before are wanted, and it counts as no failure of theirs.
        client.killExecutors(
                CollectionConverters.asScala(List.copyOf(executors)).toSeq(), false, false, true);
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            List<String> there =
                    known(client).stream().filter(executors::contains).toList();
            if (there.isEmpty() || System.nanoTime() > deadline) {
                return there;
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private static Collection<String> known(ExecutorAllocationClient client) {
        return CollectionConverters.asJava(client.getExecutorIds());
    }

    /** Whether tasks can start there: it is neither lost nor about to be. */
    static boolean active(SparkContext spark, String executor) {
        return !(spark.schedulerBackend() instanceof ExecutorAllocationClient client)
                || client.isExecutorActive(executor);
    }
}
