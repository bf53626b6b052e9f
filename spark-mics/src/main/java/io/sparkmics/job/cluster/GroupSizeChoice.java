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
import java.util.Locale;
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
        Work work = settings.work(memory, cuda);
        Optional<Prediction> best = best(ranks, work);
        best.ifPresent(prediction -> tell.accept(PlanText.choice(prediction, ranks) + " Predicted for "
                + (cuda ? "GPUs and a network like those of " + GPUS : "CPUs like ours") + "; set partitionGroupSize to"
                + " choose another."));
        return best.map(Prediction::partitionGroupSize)
                .orElseGet(() -> withoutPrediction(ranks, work.activationBytes(), tell));
    }

    private int withoutPrediction(int ranks, long activationBytes, Consumer<String> tell) {
        long left = memoryPerRank - activationBytes;
        if (memory.bytesPerRank(ranks) <= left) {
            // The chunks of a hierarchical gather are all that does not fit: it is tried.
            return memory.smallestPartitionGroupSize(ranks, left);
        }
        memory.smallestPartitionGroupSize(ranks, memoryPerRank);
        // Activations of a model that is not ours are an estimate, so this is no reason to refuse it.
        tell.accept(String.format(
                Locale.ROOT,
                "Cannot be sure that a rank's memory is enough: over all %d ranks states and buffers take %,d bytes of"
                        + " %,d, and activations about %,d. Set a smaller microBatchSize, or activationCheckpointing to 1.",
                ranks,
                memory.bytesPerRank(ranks),
                memoryPerRank,
                activationBytes));
        return ranks;
    }

    private Optional<Prediction> best(int ranks, Work work) {
        Instance instance = Instance.named(cuda ? GPUS : CPUS).orElseThrow();
        Cluster like = instance.ranks(ranks, (ranks + hosts - 1) / hosts);
        Cluster cluster = like.with(like.processor().withMemory(memoryPerRank));
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
