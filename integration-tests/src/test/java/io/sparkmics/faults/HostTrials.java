package io.sparkmics.faults;

import java.util.LinkedHashMap;
import java.util.Map;

/** Trials of hosts and drivers that go for good: each leaves the cluster smaller, or ends the program. */
final class HostTrials {

    private static final int CALL = 13;

    private HostTrials() {}

    static Map<String, FaultProgram.Scenario> all() {
        Map<String, FaultProgram.Scenario> all = new LinkedHashMap<>();
        all.put("hostTerminated", (cluster, name) -> smaller(cluster, name, "TERM"));
        all.put("hostLostElastic", (cluster, name) -> smaller(cluster, name, "KILL"));
        all.put("hostLost", HostTrials::hostLost);
        all.put("interrupted", (cluster, name) -> driver(cluster, name, "INT"));
        all.put("driverKilled", (cluster, name) -> driver(cluster, name, "KILL"));
        all.put(
                "driverKilledThenResumed",
                (cluster, name) -> Trial.of(cluster, name)
                        .checkpoints("driverKilled")
                        .set("resumeFrom", "latest")
                        .run());
        return all;
    }

    /** Three slots of four are left, and the training may be smaller. */
    private static Map<String, Object> smaller(Cluster cluster, String name, String signal) {
        return Trial.of(cluster, name)
                .set("elasticWorkers", true)
                .with(StageFault.signal(signal, 1, CALL)
                        .with(signal, cluster.worker(2))
                        .after(10))
                .slotsAfter(3)
                .run();
    }

    /** Two slots of three are left, and the training may not be smaller. */
    private static Map<String, Object> hostLost(Cluster cluster, String name) {
        Trial trial = Trial.of(cluster, name)
                .with(StageFault.signal("KILL", 1, CALL)
                        .with("KILL", cluster.worker(1))
                        .after(10))
                .slotsAfter(2);
        trial.estimator()
                .setNumWorkers(3)
                .setPartitionGroupSize(1)
                .setGlobalBatchSize(3)
                .setSlotTimeout(5);
        return trial.run();
    }

    private static Map<String, Object> driver(Cluster cluster, String name, String signal) {
        long driver = ProcessHandle.current().pid();
        return Trial.of(cluster, name)
                .with(StageFault.signal(signal, 1, CALL).with(signal, driver).after(10))
                .run();
    }
}
