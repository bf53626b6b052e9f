package io.sparkmics.monitor;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.util.CollectionAccumulator;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Late by up to a heartbeat ({@code spark.executor.heartbeatInterval}, 10 s): a heartbeat carries all messages that a
 * running task has added so far, the end of the task brings the rest; of a task that fails the last ones are lost.
 */
final class AccumulatorRankChannel extends SparkListener implements RankChannel {

    private final SparkContext spark;
    private final MessageReader reader;
    private final CollectionAccumulator<String> accumulator;
    private final Set<String> delivered = new HashSet<>();

    AccumulatorRankChannel(SparkContext spark, String name, MessageReader reader) {
        this.spark = spark;
        this.reader = reader;
        this.accumulator = spark.collectionAccumulator(name);
        spark.addSparkListener(this);
    }

    @Override
    public RankSender begin(int attempt) {
        reader.begin(attempt);
        return new Sender(accumulator, attempt);
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
        for (Object text : soFar) {
            if (delivered.add((String) text)) {
                reader.accept((String) text);
            }
        }
    }

    private record Sender(CollectionAccumulator<String> accumulator, int attempt) implements RankSender {

        @Override
        public void send(String kind, String json) {
            accumulator.add(new RankMessage(attempt, kind, json).text());
        }

        @Override
        public boolean ask(String kind, String json, Duration timeout) {
            send(kind, json);
            // Nothing goes back this way.
            return false;
        }

        @Override
        public boolean prompt() {
            return false;
        }

        @Override
        public void flush(Duration timeout) {
            // The end of the task carries the messages.
        }
    }
}
