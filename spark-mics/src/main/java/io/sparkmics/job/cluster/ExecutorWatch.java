package io.sparkmics.job.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerTaskStart;

/** The executors that are lost while it is open. Of those alone that have run a task meanwhile. */
public final class ExecutorWatch implements AutoCloseable {

    private final SparkContext spark;
    private final Map<String, String> hosts = new ConcurrentHashMap<>();
    private final List<LostExecutor> lost = new ArrayList<>();
    private final SparkListener listener = new Listener();

    public ExecutorWatch(SparkContext spark) {
        this.spark = spark;
        spark.addSparkListener(listener);
    }

    private final class Listener extends SparkListener {

        @Override
        public void onTaskStart(SparkListenerTaskStart start) {
            hosts.put(start.taskInfo().executorId(), start.taskInfo().host());
        }

        @Override
        public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
            String host = hosts.remove(removed.executorId());
            if (host != null) {
                synchronized (lost) {
                    lost.add(new LostExecutor(removed.executorId(), host, removed.reason()));
                }
            }
        }
    }

    /** In the order in which Spark noticed. */
    public List<LostExecutor> lost() {
        synchronized (lost) {
            return List.copyOf(lost);
        }
    }

    @Override
    public void close() {
        if (!spark.isStopped()) {
            spark.removeSparkListener(listener);
        }
    }
}
