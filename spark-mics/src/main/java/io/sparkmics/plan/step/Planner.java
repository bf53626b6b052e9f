package io.sparkmics.plan.step;

import io.sparkmics.plan.MemoryModel;
import io.sparkmics.plan.step.Prediction.Memory;
import io.sparkmics.plan.step.Prediction.Time;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Predicts a step for every partition group size, and chooses the one with which it is shortest.
 *
 * <p>Left out: what ranks wait for the slowest of them, for rows, and for checkpoints; what collectives take of the
 * processor where they run beside the passes; the reductions of single numbers.
 */
public record Planner(Cluster cluster) {

    /** Steps that differ by less are as long as each other: no prediction is that good. */
    static final double TOLERANCE = 0.01;

    private static final Comparator<Prediction> SHORTEST =
            Comparator.comparing(prediction -> prediction.time().step());

    /** What fits, by its step, comes before what does not, by how much is lacking. */
    private static final Comparator<Prediction> BEST_FIRST = Comparator.comparing(
                    (Prediction prediction) -> !prediction.memory().fits())
            .thenComparing(prediction ->
                    prediction.memory().fits() ? 0 : -prediction.memory().left())
            .thenComparing(SHORTEST);

    /**
     * For each divisor of W its best micro-batch, flat and, where there is a difference, hierarchical; ascending. Empty where
     * the batch cannot be split among the ranks.
     */
    public List<Prediction> predictions(Workload workload, Batch batch) {
        List<Prediction> all = new ArrayList<>();
        IntStream.rangeClosed(1, cluster.worldSize())
                .filter(size -> cluster.worldSize() % size == 0)
                .forEach(size -> {
                    best(workload, batch, size, false).ifPresent(all::add);
                    if (cluster.allowsHierarchical(size)) {
                        best(workload, batch, size, true).ifPresent(all::add);
                    }
                });
        return all;
    }

    /**
     * The one with the shortest step among those that fit; of several that are as long the smallest group, which talks to the
     * fewest. Empty where none fits.
     */
    public static Optional<Prediction> best(List<Prediction> predictions) {
        List<Prediction> fitting = predictions.stream()
                .filter(prediction -> prediction.memory().fits())
                .toList();
        return fitting.stream()
                .min(SHORTEST)
                .flatMap(shortest -> fitting.stream()
                        .filter(prediction -> prediction.time().step()
                                <= (1 + TOLERANCE) * shortest.time().step())
                        .min(Comparator.comparing(Prediction::partitionGroupSize)
                                .thenComparing(SHORTEST)));
    }

    /** One partition group size with the micro-batch that suits it best, which may not fit; empty as above. */
    public Optional<Prediction> best(Workload workload, Batch batch, int partitionGroupSize, boolean hierarchical) {
        return batch.microBatchSizes(cluster.worldSize())
                .mapToObj(size -> predict(workload.work(size), batch, size, partitionGroupSize, hierarchical))
                .min(BEST_FIRST);
    }

    private Prediction predict(
            Work work, Batch batch, int microBatchSize, int partitionGroupSize, boolean hierarchical) {
        Communication communication = Communication.of(cluster, partitionGroupSize, hierarchical);
        Processor processor = cluster.processor();
        int microSteps = batch.globalBatchSize() / cluster.worldSize() / microBatchSize;
        MicroStepTime.Result micro = MicroStepTime.of(work, processor, communication, false);
        MicroStepTime.Result last = MicroStepTime.of(work, processor, communication, true);
        MemoryModel model = work.memory();
        Transfer sent = micro.sent().times(microSteps - 1).and(last.sent());
        double compute = microSteps * micro.computing();
        return new Prediction(
                partitionGroupSize,
                hierarchical,
                microBatchSize,
                microSteps,
                memory(work, partitionGroupSize, hierarchical),
                new Time(
                        compute,
                        sent.seconds(),
                        (microSteps - 1) * (micro.seconds() - micro.computing()) + last.seconds() - last.computing(),
                        processor.seconds(0, model.updateBytes(partitionGroupSize))),
                sent.insideBytes() / cluster.worldSize(),
                sent.betweenBytes() / cluster.nodes(),
                microSteps * work.flops());
    }

    /** A hierarchical gather also keeps the chunks that come from other nodes. */
    private Memory memory(Work work, int partitionGroupSize, boolean hierarchical) {
        MemoryModel model = work.memory();
        long passing = hierarchical ? model.gatheredUnits(partitionGroupSize) / cluster.ranksPerNode() : 0;
        return new Memory(
                model.bytesPerRank(partitionGroupSize) + passing,
                work.activationBytes(),
                cluster.processor().memoryBytes());
    }
}
