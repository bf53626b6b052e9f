package io.sparkmics.faults;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.TaskFailedReason;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.StageInfo;
import scala.jdk.javaapi.CollectionConverters;

/** Sees what Spark does meanwhile. */
final class Observer extends SparkListener {

    /** The end of a task of a barrier stage. */
    record End(String stage, int partition, long time, String failure) {}

    private final List<String> barriers = new ArrayList<>();
    private final List<End> ends = new ArrayList<>();
    private int executorsRemoved;
    private int jobs;

    @Override
    public synchronized void onJobStart(SparkListenerJobStart start) {
        jobs++;
    }

    @Override
    public synchronized void onStageSubmitted(SparkListenerStageSubmitted submitted) {
        StageInfo stage = submitted.stageInfo();
        if (CollectionConverters.asJava(stage.rddInfos()).stream().anyMatch(rdd -> rdd.isBarrier())) {
            barriers.add(stage.stageId() + "." + stage.attemptNumber());
        }
    }

    @Override
    public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
        String stage = end.stageId() + "." + end.stageAttemptId();
        if (barriers.contains(stage)) {
            String failure = end.reason() instanceof TaskFailedReason reason ? reason.toErrorString() : "";
            ends.add(new End(stage, end.taskInfo().index(), end.taskInfo().finishTime(), failure));
        }
    }

    @Override
    public synchronized void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
        executorsRemoved++;
    }

    synchronized void clear() {
        barriers.clear();
        ends.clear();
        executorsRemoved = 0;
        jobs = 0;
    }

    synchronized int jobs() {
        return jobs;
    }

    /** How often a barrier stage was submitted. */
    synchronized int attempts() {
        return barriers.size();
    }

    synchronized int executorsRemoved() {
        return executorsRemoved;
    }

    synchronized List<End> ends() {
        return List.copyOf(ends);
    }
}
