package io.sparkmics.monitor;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.util.CollectionAccumulator;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Late by up to a heartbeat ({@code spark.executor.heartbeatInterval}, 10 s): a heartbeat carries all lines that a running
 * task has added so far, the end of the task brings the rest.
 */
final class AccumulatorProgressChannel extends SparkListener implements ProgressChannel {

    private final SparkContext spark;
    private final Consumer<String> lines;
    private final CollectionAccumulator<String> accumulator;
    private final Set<String> delivered = new HashSet<>();

    AccumulatorProgressChannel(SparkContext spark, String name, Consumer<String> lines) {
        this.spark = spark;
        this.lines = lines;
        this.accumulator = spark.collectionAccumulator(name);
        spark.addSparkListener(this);
    }

    @Override
    public ProgressSender sender() {
        return new Sender(accumulator);
    }

    @Override
    public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate heartbeat) {
        CollectionConverters.asJava(heartbeat.accumUpdates())
                .forEach(task -> CollectionConverters.asJava(task._4()).forEach(this::deliver));
    }

    @Override
    public void close() {
        spark.removeSparkListener(this);
        deliver(accumulator.value());
    }

    private void deliver(AccumulableInfo info) {
        if (info.id() == accumulator.id()
                && info.update().isDefined()
                && info.update().get() instanceof List<?> soFar) {
            deliver(soFar);
        }
    }

    private synchronized void deliver(List<?> soFar) {
        for (Object line : soFar) {
            if (delivered.add((String) line)) {
                lines.accept((String) line);
            }
        }
    }

    private record Sender(CollectionAccumulator<String> accumulator) implements ProgressSender {

        @Override
        public void send(StepMetrics metrics) {
            accumulator.add(metrics.toJson());
        }

        @Override
        public void flush(Duration patience) {
            // The end of the task carries the lines.
        }
    }
}
