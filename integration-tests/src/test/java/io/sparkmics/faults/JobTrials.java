package io.sparkmics.faults;

import io.sparkmics.MicsEstimator;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;

/** Trials of what the driver is asked for, and what others do to its jobs. */
final class JobTrials {

    private static final int PASSES = 12;

    private JobTrials() {}

    static Map<String, FaultProgram.Scenario> all() {
        Map<String, FaultProgram.Scenario> all = new LinkedHashMap<>();
        all.put("wrongSettings", JobTrials::wrongSettings);
        all.put("tooFewSlots", JobTrials::tooFewSlots);
        all.put("cancelled", JobTrials::cancelled);
        all.put("slotTaken", JobTrials::slotTaken);
        return all;
    }

    private static Map<String, Object> wrongSettings(Cluster cluster, String name) {
        Trial trial = Trial.of(cluster, name);
        trial.estimator().setNumWorkers(3);
        return trial.run();
    }

    private static Map<String, Object> tooFewSlots(Cluster cluster, String name) {
        Trial trial = Trial.of(cluster, name);
        MicsEstimator estimator = trial.estimator();
        estimator.setNumWorkers(8).setGlobalBatchSize(8).setSlotTimeout(3);
        return trial.run();
    }

    /** From another thread, while the ranks are in their collectives. */
    private static Map<String, Object> cancelled(Cluster cluster, String name) {
        long[] cancelledAt = new long[1];
        long begin = System.currentTimeMillis();
        Map<String, Object> seen = Trial.of(cluster, name)
                .meanwhile(() -> {
                    while (cluster.faults().told(FaultStage.PASSES).size() < PASSES * Cluster.RANKS) {
                        Cluster.sleep(20);
                    }
                    cancelledAt[0] = System.currentTimeMillis();
                    cluster.spark().sparkContext().cancelJobGroup(name);
                })
                .run();
        double before = (cancelledAt[0] - begin) / 1e3;
        seen.put("endedAfter", (double) seen.get("seconds") - before);
        return seen;
    }

    /** By a job that comes when the slots have been counted; it keeps it for longer than slotTimeout. */
    private static Map<String, Object> slotTaken(Cluster cluster, String name) {
        JavaSparkContext spark =
                JavaSparkContext.fromSparkContext(cluster.spark().sparkContext());
        Trial trial = Trial.of(cluster, name).within(Duration.ofSeconds(40)).meanwhile(() -> {
            while (cluster.observer().jobs() == 0) {
                Cluster.sleep(10);
            }
            spark.setJobGroup("other", "other", true);
            spark.parallelize(List.of(1), 1).foreach(one -> Thread.sleep(60_000));
        });
        trial.estimator().setSlotTimeout(5);
        try {
            return trial.afterwards(() -> spark.cancelJobGroup("other")).run();
        } finally {
            spark.cancelJobGroup("other");
        }
    }
}
