package io.sparkmics.benchmark.network;

import io.sparkmics.bootstrap.groups.GatherMode;
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
    static double bytesOfStep(NetworkSetting network, int microSteps, Contestant contestant) {
        return contestant.hopTwo() == Contestant.HopTwoTime.EACH_MICRO_STEP
                ? microSteps * bytesWithOneHopTwo(network, 1, contestant)
                : bytesWithOneHopTwo(network, microSteps, contestant);
    }

    private static double bytesWithOneHopTwo(NetworkSetting network, int microSteps, Contestant contestant) {
        int k = network.ranksPerHost();
        int world = network.worldSize();
        Cluster ours = Instance.named("cpu").orElseThrow().ranks(world, k);
        Cluster cluster = contestant.pyTorch()
                ? new Cluster(world, k, ours.processor(), ours.inside(), ours.between(), false)
                : ours;
        Transformer sizes = new Transformer(
                "gpt", network.layers(), network.heads(), network.width(), network.context(), network.vocabularySize());
        return new Planner(cluster)
                .best(
                        new TransformerWorkload(sizes, Recipe.ENGINE_SINGLE),
                        new Batch(world * microSteps * network.microBatch(), network.microBatch()),
                        contestant.partitionGroupSize(world, k),
                        contestant.gather() == GatherMode.HIERARCHICAL)
                .orElseThrow()
                .betweenBytes();
    }
}
