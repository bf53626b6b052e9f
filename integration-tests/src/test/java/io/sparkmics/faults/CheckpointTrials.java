package io.sparkmics.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Trials of trainings that begin at a checkpoint of the reference: damaged, or on other numbers of ranks. */
final class CheckpointTrials {

    private static final String SOURCE = "reference";
    private static final String STEP = "step-000000000010-";
    private static final String FIRST = "shard-00000-of-00002.safetensors";
    private static final String SECOND = "shard-00001-of-00002.safetensors";

    /** What is done to a folder. */
    private interface Damage {
        void to(Path checkpoint) throws IOException;
    }

    private CheckpointTrials() {}

    static Map<String, FaultProgram.Scenario> all() {
        Map<String, FaultProgram.Scenario> all = new LinkedHashMap<>();
        all.put("bitFlipped", (cluster, name) -> damaged(cluster, name, folder -> flip(folder.resolve(SECOND))));
        all.put("truncated", (cluster, name) -> damaged(cluster, name, folder -> truncate(folder.resolve(SECOND))));
        all.put("swapped", (cluster, name) -> damaged(cluster, name, CheckpointTrials::swap));
        all.put("missing", (cluster, name) -> damaged(cluster, name, folder -> Files.delete(folder.resolve(SECOND))));
        all.put("stale", (cluster, name) -> damaged(cluster, name, folder -> stale(cluster, folder)));
        all.put(
                "manifestFlipped",
                (cluster, name) -> damaged(cluster, name, folder -> flip(folder.resolve("manifest.json"))));
        all.put(
                "resumed",
                (cluster, name) -> from(cluster, name, checkpoint(cluster, SOURCE, STEP), 4, 2)
                        .run());
        all.put("resharded", CheckpointTrials::resharded);
        all.put("reference64", (cluster, name) -> {
            Trial trial = Trial.of(cluster, name).unhurried();
            trial.estimator().setPrecision("float64");
            return trial.run();
        });
        all.put("resharded64", (cluster, name) -> {
            Trial trial = from(cluster, name, checkpoint(cluster, "reference64", STEP), 2, 2);
            trial.estimator().setPrecision("float64");
            return trial.run();
        });
        return all;
    }

    /** A copy of the reference's second checkpoint is damaged, and is to be resumed from. */
    private static Map<String, Object> damaged(Cluster cluster, String name, Damage damage) throws IOException {
        Path source = checkpoint(cluster, SOURCE, STEP);
        Path copy = cluster.path("checkpoints").resolve(name).resolve(source.getFileName());
        Files.createDirectories(copy);
        for (Path file : Digests.list(source)) {
            Files.copy(file, copy.resolve(file.getFileName()));
        }
        damage.to(copy);
        return from(cluster, name, copy, Cluster.RANKS, 2).run();
    }

    private static Trial from(Cluster cluster, String name, Path checkpoint, int ranks, int partitionGroupSize) {
        Trial trial = Trial.of(cluster, name).set("resumeFrom", "faulty:" + checkpoint);
        trial.estimator().setNumWorkers(ranks).setPartitionGroupSize(partitionGroupSize);
        return trial;
    }

    private static Path checkpoint(Cluster cluster, String directory, String step) {
        return Digests.committed(cluster.path("checkpoints").resolve(directory)).stream()
                .filter(path -> path.getFileName().toString().startsWith(step))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("Cannot find " + step + " in " + directory));
    }

    private static void flip(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length * 3 / 4] ^= 1;
        Files.write(file, bytes);
    }

    private static void truncate(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
    }

    private static void swap(Path folder) throws IOException {
        byte[] first = Files.readAllBytes(folder.resolve(FIRST));
        Files.copy(folder.resolve(SECOND), folder.resolve(FIRST), StandardCopyOption.REPLACE_EXISTING);
        Files.write(folder.resolve(SECOND), first);
    }

    /** The shard of the checkpoint before it: whole, of the right length, with the right names. */
    private static void stale(Cluster cluster, Path folder) throws IOException {
        Files.copy(
                checkpoint(cluster, SOURCE, "step-000000000005-").resolve(SECOND),
                folder.resolve(SECOND),
                StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * The states of step 10 travel: written by groups of two, they are read by groups of 4, 2, 1 and 2 again, which write them
     * in their turn. Each skips its first step, as its gradient is NaN, so that the states are still those of step 10 in its
     * checkpoint behind it; its other checkpoints are of no matter.
     */
    private static Map<String, Object> resharded(Cluster cluster, String name) {
        int[][] sizes = {{4, 4}, {2, 2}, {1, 1}, {4, 2}};
        Path from = checkpoint(cluster, SOURCE, STEP);
        Map<String, Object> seen = new LinkedHashMap<>();
        List<Map<String, Object>> legs = new ArrayList<>();
        List<String> before = Digests.ofShards(from);
        for (int leg = 0; leg < sizes.length; leg++) {
            String legName = name + "-" + sizes[leg][0] + "-" + sizes[leg][1];
            int step = 11 + leg;
            // On one rank, a step has four of them.
            int passes = Cluster.RANKS / sizes[leg][0];
            legs.add(from(cluster, legName, from, sizes[leg][0], sizes[leg][1])
                    .set("checkpointInterval", 1L)
                    .with(StageFault.of(StageFault.Action.NOT_A_NUMBER, 0, 1)
                            .until(passes)
                            .always())
                    .with(StageFault.of(StageFault.Action.WAIT, 0, passes + 1).after(step))
                    .run());
            from = checkpoint(cluster, legName, String.format(Locale.ROOT, "step-%012d-", step));
        }
        seen.put("name", name);
        seen.put("outcome", "tried");
        seen.put("legs", legs);
        seen.put("before", before);
        seen.put("after", Digests.ofShards(from));
        return seen;
    }
}
