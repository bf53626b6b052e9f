package io.sparkmics.job.cluster;

import io.sparkmics.job.settings.TrainingSettings;
import io.sparkmics.plan.MemoryModel;
import io.sparkmics.plan.step.Batch;
import io.sparkmics.plan.step.Cluster;
import io.sparkmics.plan.step.Instance;
import io.sparkmics.plan.step.PlanText;
import io.sparkmics.plan.step.Planner;
import io.sparkmics.plan.step.Prediction;
import io.sparkmics.plan.step.Work;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * p where the user leaves it to us: the one with the shortest predicted step among those whose memory fits.
 *
 * <p>How fast GPUs and networks are is not measured: they count as a {@code p4d.24xlarge}'s, CPUs as those of our benchmark.
 * That tells one p from another where their steps differ much.
 */
record GroupSizeChoice(TrainingSettings settings, MemoryModel memory, long memoryPerRank, int hosts, boolean cuda) {

    private static final String GPUS = "p4d.24xlarge";
    private static final String CPUS = "cpu";

    /**
     * @param tell hears one line of arithmetic
     * @throws IllegalArgumentException where the model does not fit even over all ranks
     */
    int choose(Consumer<String> tell) {
        int ranks = settings.world().numWorkers();
        Optional<Prediction> best = best(ranks);
        best.ifPresent(prediction -> tell.accept(PlanText.choice(prediction, ranks) + " Predicted for "
                + (cuda ? "GPUs and a network like those of " + GPUS : "CPUs like ours") + "; set partitionGroupSize to"
                + " choose another."));
        // Where the chunks of a hierarchical gather are all that does not fit, it is tried.
        return best.map(Prediction::partitionGroupSize)
                .orElseGet(() -> memory.smallestPartitionGroupSize(ranks, memoryPerRank));
    }

    private Optional<Prediction> best(int ranks) {
        Instance instance = Instance.named(cuda ? GPUS : CPUS).orElseThrow();
        Cluster like = instance.ranks(ranks, (ranks + hosts - 1) / hosts);
        Cluster cluster = like.with(like.processor().withMemory(memoryPerRank));
        Work work = settings.work(memory);
        Batch batch =
                new Batch(settings.world().globalBatchSize(), settings.world().microBatchSize());
        List<Prediction> possible = new Planner(cluster)
                .predictions(size -> work, batch).stream()
                        .filter(gather(cluster))
                        .toList();
        return Planner.best(possible);
    }

    /** Units are gathered hierarchically where that is possible, unless the user says otherwise. */
    private Predicate<Prediction> gather(Cluster cluster) {
        boolean flat = settings.collectives().gather().equals("flat");
        return prediction ->
                prediction.hierarchical() == (!flat && cluster.allowsHierarchical(prediction.partitionGroupSize()));
    }
}
