package io.sparkmics.benchmark.data;

import org.apache.spark.executor.TaskMetrics;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/** What tasks have written since it was asked last. */
final class TaskTotals extends SparkListener {

    /**
     * @param shuffled bytes of shuffle files, compressed as Spark writes them
     * @param spilled bytes on disk of what did not stay in memory
     */
    record Bytes(long shuffled, long spilled) {}

    private long shuffled;
    private long spilled;

    @Override
    public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
        TaskMetrics metrics = end.taskMetrics();
        // A task that failed may have none.
        if (metrics != null) {
            shuffled += metrics.shuffleWriteMetrics().bytesWritten();
            spilled += metrics.diskBytesSpilled();
        }
    }

    synchronized Bytes take() {
        Bytes bytes = new Bytes(shuffled, spilled);
        shuffled = 0;
        spilled = 0;
        return bytes;
    }
}
