package io.sparkmics.plan.step;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.IntFunction;

/**
 * The same training on more and more nodes.
 *
 * @param worldSize W
 * @param batch that it takes in
 * @param chosen the partition group size with the shortest step; empty where none fits or the batch cannot be split
 * @param overAll p = W, flat: ZeRO-3; empty as above
 */
public record Scaling(int worldSize, Batch batch, Optional<Prediction> chosen, Optional<Prediction> overAll) {

    /**
     * On one node, twice as many, and so on.
     *
     * @param cluster of so many nodes
     * @param batch of so many ranks: the same for all, or one that grows with them
     */
    public static List<Scaling> doubling(
            Workload workload, int upToNodes, IntFunction<Cluster> cluster, IntFunction<Batch> batch) {
        List<Scaling> rows = new ArrayList<>();
        for (long nodes = 1; nodes <= upToNodes; nodes *= 2) {
            Cluster own = cluster.apply((int) nodes);
            rows.add(of(workload, own, batch.apply(own.worldSize())));
        }
        return rows;
    }

    private static Scaling of(Workload workload, Cluster cluster, Batch batch) {
        Planner planner = new Planner(cluster);
        return new Scaling(
                cluster.worldSize(),
                batch,
                Planner.best(planner.predictions(workload, batch)),
                planner.best(workload, batch, cluster.worldSize(), false)
                        .filter(prediction -> prediction.memory().fits()));
    }

    /** Sequences a second of one rank with the shortest step; empty where none fits. */
    public OptionalDouble chosenRate() {
        return rate(chosen);
    }

    /** The same with p = W. */
    public OptionalDouble overAllRate() {
        return rate(overAll);
    }

    /** What the others are compared with. */
    public static OptionalDouble firstRate(List<Scaling> rows) {
        return rows.stream().flatMapToDouble(row -> row.chosenRate().stream()).findFirst();
    }

    private OptionalDouble rate(Optional<Prediction> prediction) {
        return prediction.stream()
                .mapToDouble(one -> batch.globalBatchSize() / one.time().step() / worldSize)
                .findFirst();
    }

    /** A heading and a line for each; efficiency is that of a rank beside the first row's that fits. */
    public static List<String> table(List<Scaling> rows) {
        OptionalDouble first = firstRate(rows);
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%6s %9s %6s %3s %5s %9s %9s %9s %11s   %s",
                "W",
                "sequences",
                "p",
                "b",
                "s",
                "step s",
                "exposed s",
                "TFLOP/s",
                "efficiency",
                "p = W: efficiency"));
        rows.forEach(row -> lines.add(row.line(first)));
        return lines;
    }

    private String line(OptionalDouble first) {
        return String.format(Locale.ROOT, "%6d %9d ", worldSize, batch.globalBatchSize())
                + chosen.map(one -> String.format(
                                Locale.ROOT,
                                "%6d %3d %5d %9s %9s %9.2f %11s",
                                one.partitionGroupSize(),
                                one.microBatchSize(),
                                one.microSteps(),
                                PlanText.seconds(one.time().step()),
                                PlanText.seconds(one.time().exposed()),
                                one.flopsPerSecond() / 1e12,
                                percent(chosenRate(), first)))
                        .orElse(String.format(Locale.ROOT, "%59s", reason()))
                + "   " + percent(overAllRate(), first);
    }

    private String reason() {
        return batch.microBatchSizes(worldSize).findFirst().isEmpty() ? "the batch cannot be split" : "does not fit";
    }

    private static String percent(OptionalDouble rate, OptionalDouble first) {
        return rate.isPresent() && first.isPresent()
                ? String.format(Locale.ROOT, "%.1f %%", 100 * rate.getAsDouble() / first.getAsDouble())
                : "-";
    }
}
