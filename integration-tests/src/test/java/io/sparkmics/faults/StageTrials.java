package io.sparkmics.faults;

import io.sparkmics.faults.StageFault.Action;
import java.util.LinkedHashMap;
import java.util.Map;

/** Trials of what goes wrong in a rank's own code, or happens to its process. */
final class StageTrials {

    /** Behind the second checkpoint. */
    private static final int CALL = 13;

    private static final int RANK = 1;

    private StageTrials() {}

    static Map<String, FaultProgram.Scenario> all() {
        Map<String, FaultProgram.Scenario> all = new LinkedHashMap<>();
        all.put("exception", (cluster, name) -> stage(cluster, name, StageFault.of(Action.THROW, RANK, CALL)));
        all.put("killed", (cluster, name) -> stage(cluster, name, StageFault.signal("KILL", RANK, CALL)));
        all.put("frozen", (cluster, name) -> stage(cluster, name, StageFault.signal("STOP", RANK, CALL)));
        all.put("neverReturns", (cluster, name) -> stage(cluster, name, StageFault.of(Action.SLEEP, RANK, CALL)));
        all.put("heap", (cluster, name) -> stage(cluster, name, StageFault.of(Action.ALLOCATE_HEAP, RANK, CALL)));
        all.put("native", (cluster, name) -> stage(cluster, name, StageFault.of(Action.ALLOCATE_NATIVE, RANK, CALL)));
        all.put(
                "mismatch",
                (cluster, name) -> stage(
                        cluster, name, StageFault.of(Action.MISMATCH, RANK, 0).until(0)));
        all.put(
                "notANumber",
                (cluster, name) -> stage(
                        cluster,
                        name,
                        StageFault.of(Action.NOT_A_NUMBER, RANK, CALL).always()));
        all.put(
                "diverged",
                (cluster, name) -> stage(
                        cluster,
                        name,
                        StageFault.of(Action.NOT_A_NUMBER, RANK, CALL)
                                .until(Cluster.STEPS)
                                .always()));
        all.put(
                "throwsAtOnce",
                (cluster, name) -> stage(
                        cluster, name, StageFault.of(Action.THROW, RANK, 1).always()));
        all.put(
                "alwaysThrows",
                (cluster, name) -> stage(
                        cluster, name, StageFault.of(Action.THROW, RANK, 3).always()));
        all.put(
                "alwaysKilled",
                (cluster, name) ->
                        stage(cluster, name, StageFault.signal("KILL", RANK, 3).always()));
        all.put("zombie", StageTrials::zombie);
        all.put("onlyRank", (cluster, name) -> only(cluster, name).run());
        all.put(
                "frozenOnlyRank",
                (cluster, name) -> only(cluster, name)
                        .with(StageFault.signal("STOP", 0, CALL).after(10))
                        .run());
        return all;
    }

    /** A training of one rank, which nobody waits for. */
    private static Trial only(Cluster cluster, String name) {
        Trial trial = Trial.of(cluster, name);
        trial.estimator().setNumWorkers(1).setPartitionGroupSize(1).setGlobalBatchSize(1);
        return trial;
    }

    /** A frozen process goes on when the next attempt has begun, if nobody has killed it before. */
    private static Map<String, Object> zombie(Cluster cluster, String name) {
        boolean[] lived = new boolean[1];
        Map<String, Object> seen = Trial.of(cluster, name)
                .with(StageFault.signal("STOP", RANK, CALL).after(10))
                .meanwhile(() -> {
                    while (attempts(cluster.faults()) < 2) {
                        Cluster.sleep(20);
                    }
                    long process = cluster.faults()
                            .told(FaultStage.DONE)
                            .get(0)
                            .get("process")
                            .asLong();
                    lived[0] = ProcessHandle.of(process)
                            .map(ProcessHandle::isAlive)
                            .orElse(false);
                    Processes.signal("CONT", process);
                })
                .run();
        seen.put("zombieLived", lived[0]);
        return seen;
    }

    private static long attempts(FaultFolder faults) {
        return faults.told(FaultStage.PASSES).stream()
                .map(pass -> pass.get("stage").asText())
                .distinct()
                .count();
    }

    private static Map<String, Object> stage(Cluster cluster, String name, StageFault fault) {
        return Trial.of(cluster, name)
                .with(fault.call() == CALL ? fault.after(10) : fault)
                .run();
    }
}
