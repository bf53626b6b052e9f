package io.sparkmics.faults;

import io.sparkmics.faults.StorageFault.Action;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Trials of a storage that fails while a training writes to it. */
final class StorageTrials {

    /** Longer than collectives may take. */
    private static final double SLOW = 8;

    private static final String SECOND = "checkpoints/.*step-000000000010.*shard-00001.*safetensors";
    private static final String SECOND_AND_LATER = "checkpoints/.*step-0000000000[123].*shard-00001.*safetensors";

    private StorageTrials() {}

    static Map<String, FaultProgram.Scenario> all() {
        Map<String, FaultProgram.Scenario> all = new LinkedHashMap<>();
        all.put(
                "slowWrite",
                // The checkpoints meanwhile are left out: nobody may wait for them.
                (cluster, name) -> Trial.of(cluster, name)
                        .with(StageFault.of(StageFault.Action.WAIT, 0, Cluster.INTERVAL + 1)
                                .after(Cluster.INTERVAL))
                        .with(StorageFault.of(Action.BLOCK, "write", SECOND, 1).seconds(SLOW))
                        .run());
        all.put(
                "slowResult",
                (cluster, name) -> storage(
                        cluster,
                        name,
                        StorageFault.of(Action.BLOCK, "write", "safetensors", 1).seconds(SLOW),
                        NO_CHECKPOINTS));
        all.put(
                "fullOnce",
                (cluster, name) -> storage(cluster, name, StorageFault.of(Action.NO_SPACE, "write", SECOND, 1)));
        all.put(
                "full",
                (cluster, name) -> storage(
                        cluster,
                        name,
                        StorageFault.of(Action.NO_SPACE, "write", SECOND_AND_LATER, 1)
                                .forEver()));
        all.put("fullThenFreed", (cluster, name) -> resumed(cluster, name, "full"));
        all.put(
                "resultFull",
                (cluster, name) -> storage(
                        cluster,
                        name,
                        StorageFault.of(Action.NO_SPACE, "write", "work/.*safetensors", 1)
                                .forEver()));
        all.put(
                "resultFullOnce",
                (cluster, name) ->
                        storage(cluster, name, StorageFault.of(Action.NO_SPACE, "write", "work/.*safetensors", 1)));
        all.put(
                "killedWhileSaving",
                (cluster, name) -> storage(cluster, name, StorageFault.of(Action.KILL, "write", SECOND, 1)));
        all.put("zombieWriter", StorageTrials::zombieWriter);
        all.put("cutOff", (cluster, name) -> cutOff(cluster, name, 15));
        all.put("cutOffEverywhere", (cluster, name) -> cutOff(cluster, name, 1));
        return all;
    }

    private static final long NO_CHECKPOINTS = -1;

    private static Map<String, Object> storage(Cluster cluster, String name, StorageFault fault) {
        return Trial.of(cluster, name).unhurried().with(fault).run();
    }

    private static Map<String, Object> storage(Cluster cluster, String name, StorageFault fault, long interval) {
        return Trial.of(cluster, name)
                .set("checkpointInterval", interval)
                .with(fault)
                .run();
    }

    private static Map<String, Object> resumed(Cluster cluster, String name, String directory) {
        return Trial.of(cluster, name)
                .checkpoints(directory)
                .set("resumeFrom", "latest")
                .run();
    }

    /** A rank of the first attempt is still writing when the next one has long begun. */
    private static Map<String, Object> zombieWriter(Cluster cluster, String name) {
        return Trial.of(cluster, name)
                .with(StorageFault.of(Action.BLOCK, "write", SECOND, 1).seconds(SLOW))
                .with(StageFault.of(StageFault.Action.THROW, 2, 12).after(5))
                .run();
    }

    /**
     * The storage goes off at a point of the saves at steps 10 and 15, the purge between them included; then the training is
     * begun again.
     *
     * @param every which of the points are tried
     */
    private static Map<String, Object> cutOff(Cluster cluster, String name, int every) {
        Trial.of(cluster, name + "-counted")
                .unhurried()
                .set("keepCheckpoints", 1)
                .run();
        List<String> operations = cluster.faults().told(FaultyFileSystem.OPERATIONS).stream()
                .filter(operation -> !operation.get("operation").asText().equals("open"))
                .map(operation -> operation.get("path").asText())
                .filter(path -> path.contains("/checkpoints/"))
                .toList();
        int first = indexOf(operations, "step-000000000010");
        int last = indexOf(operations, "step-000000000020");
        List<Map<String, Object>> points = new ArrayList<>();
        for (int point = first; point < last; point += every) {
            points.add(cutOff(cluster, name + "-" + point, point + 1L));
        }
        return Map.of("name", name, "outcome", "tried", "points", points);
    }

    private static Map<String, Object> cutOff(Cluster cluster, String name, long point) {
        Map<String, Object> off = Trial.of(cluster, name)
                .unhurried()
                .set("keepCheckpoints", 1)
                .set("maxRestarts", 0)
                .with(StorageFault.of(Action.CUT_OFF, "", "/checkpoints/", point))
                .run();
        Map<String, Object> on = Trial.of(cluster, name + "-on")
                .checkpoints(name)
                .set("keepCheckpoints", 1)
                .set("resumeFrom", "latest")
                .run();
        return Map.of("point", point, "off", off, "on", on);
    }

    private static int indexOf(List<String> operations, String text) {
        for (int index = 0; index < operations.size(); index++) {
            if (operations.get(index).contains(text)) {
                return index;
            }
        }
        throw new IllegalStateException("Cannot find " + text + " in " + operations);
    }
}
