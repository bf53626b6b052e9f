package io.sparkmics.benchmark.network;

import io.sparkmics.model.GptConfig;
import io.sparkmics.plan.step.Batch;
import io.sparkmics.plan.step.Cluster;
import io.sparkmics.plan.step.Instance;
import io.sparkmics.plan.step.Planner;
import io.sparkmics.plan.step.Recipe;
import io.sparkmics.plan.step.Transformer;
import io.sparkmics.plan.step.TransformerWorkload;

/** What the plan has of what a host sends: of ours, and of PyTorch's as rings of all ranks with the same p. */
final class NetworkTraffic {

    private NetworkTraffic() {}

    /** Bytes that a host sends to the others in a step, without heads. */
    static double bytesOfStep(NetworkOptions options, int hosts, Contestant contestant) {
        int k = options.ranksPerHost();
        int world = hosts * k;
        GptConfig config = options.config();
        Cluster ours = Instance.named("cpu").orElseThrow().ranks(world, k);
        Cluster cluster = contestant.pyTorch()
                ? new Cluster(world, k, ours.processor(), ours.inside(), ours.between(), false)
                : ours;
        Transformer sizes = new Transformer(
                "gpt", config.layers(), config.heads(), config.width(), config.context(), config.vocabularySize());
        return new Planner(cluster)
                .best(
                        new TransformerWorkload(sizes, Recipe.ENGINE_SINGLE),
                        new Batch(world * options.microSteps() * options.microBatch(), options.microBatch()),
                        contestant.partitionGroupSize(world, k),
                        contestant == Contestant.P_W_HIERARCHICAL)
                .orElseThrow()
                .betweenBytes();
    }
}
