package io.sparkmics.benchmark.network;

import io.sparkmics.bootstrap.groups.GatherMode;
import io.sparkmics.engine.device.ReductionPrecision;
import io.sparkmics.plan.step.Batch;
import io.sparkmics.plan.step.Cluster;
import io.sparkmics.plan.step.Instance;
import io.sparkmics.plan.step.Link;
import io.sparkmics.plan.step.Planner;
import io.sparkmics.plan.step.Prediction;
import io.sparkmics.plan.step.Processor;
import io.sparkmics.plan.step.Recipe;
import io.sparkmics.plan.step.Transformer;
import io.sparkmics.plan.step.TransformerWorkload;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What the planner has of steps over shaped links, told the rate of the links, how fast a core is, and what one passes on.
 *
 * @param coreSpeed of the machine's cores, beside the core that {@link Instance} has
 * @param distanceSeconds that each turn of a ring between hosts takes longer than over the benchmark's links, which have no
 *     length
 */
record NetworkPlan(double coreSpeed, double distanceSeconds) {

    /** Of a link's rate: packets have heads, and between two messages a link is idle. */
    private static final double ATTAINED = 0.97;

    /** What a core sends over a socket, takes of one and sums, in a second: p = W takes some 4 to 7 ms more than p = 1 for each MB. */
    private static final double CORE_BYTES_PER_SECOND = 0.25e9;

    /** A message to a process of the same machine. */
    private static final double TURN_SECONDS = 0.5e-3;

    /** Ranks of one process sum in the memory that they share. */
    private static final Link MEMORY = new Link(5e9, 50e-6);

    /**
     * The speed of cores comes from what p = 1 takes of them, which talks least, on the fewest hosts; or what the first of ours
     * takes. How long it takes them is not looked at.
     */
    static NetworkPlan calibrated(List<NetworkRow> rows) {
        NetworkPlan standard = new NetworkPlan(1, 0);
        return rows.stream()
                .filter(row -> !Contestant.named(row.contestant()).pyTorch())
                .min(Comparator.comparing((NetworkRow row) -> row.partitionGroupSize() != 1)
                        .thenComparing(row -> row.network().hosts()))
                .map(row -> new NetworkPlan(standard.coreSeconds(row) / (row.cpuSeconds() - sendingSeconds(row)), 0))
                .orElse(standard);
    }

    NetworkPlan farther(double seconds) {
        return new NetworkPlan(coreSpeed, distanceSeconds + seconds);
    }

    /** Bytes that a host sends to the others in a step, without heads; of PyTorch's with the same p as rings of all ranks. */
    static double bytesOfStep(NetworkSetting network, int microSteps, Contestant contestant) {
        NetworkPlan plan = new NetworkPlan(1, 0);
        return contestant.hopTwo() == Contestant.HopTwoTime.EACH_MICRO_STEP
                ? microSteps * plan.prediction(network, 1, contestant).betweenBytes()
                : plan.prediction(network, microSteps, contestant).betweenBytes();
    }

    /** Of ours as the engine goes through a step; empty of what others do, or the engine never does. */
    Optional<Double> secondsOfStep(NetworkRow row) {
        Contestant contestant = Contestant.named(row.contestant());
        boolean asTheEngineDoes = !contestant.pyTorch() && contestant.hopTwo() == Contestant.HopTwoTime.OVERLAPPED;
        return asTheEngineDoes
                ? Optional.of(prediction(row.network(), row.microSteps(), contestant)
                        .time()
                        .step())
                : Optional.empty();
    }

    /** What a rank computes in a step, in seconds of a whole core. */
    private double coreSeconds(NetworkRow row) {
        Prediction.Time time = prediction(row.network(), row.microSteps(), Contestant.named(row.contestant()))
                .time();
        return part(row.network()) * (time.compute() + time.update());
    }

    /** What a rank's core does for what it sends to other hosts. */
    private static double sendingSeconds(NetworkRow row) {
        NetworkSetting network = row.network();
        return bytesOfStep(network, row.microSteps(), Contestant.named(row.contestant()))
                / network.ranksPerHost()
                / CORE_BYTES_PER_SECOND;
    }

    private Prediction prediction(NetworkSetting network, int microSteps, Contestant contestant) {
        int k = network.ranksPerHost();
        int world = network.worldSize();
        Link between = new Link(
                ATTAINED * network.linkRate().bytesPerSecond(),
                part(network) * CORE_BYTES_PER_SECOND,
                TURN_SECONDS + distanceSeconds);
        Cluster cluster = new Cluster(world, k, processor(network), MEMORY, between, !contestant.pyTorch());
        Transformer sizes = new Transformer(
                "gpt", network.layers(), network.heads(), network.width(), network.context(), network.vocabularySize());
        return new Planner(cluster)
                .best(
                        new TransformerWorkload(sizes, recipe(contestant)),
                        new Batch(world * microSteps * network.microBatch(), network.microBatch()),
                        contestant.partitionGroupSize(world, k),
                        contestant.gather() == GatherMode.HIERARCHICAL)
                .orElseThrow();
    }

    private static Recipe recipe(Contestant contestant) {
        return contestant.replication() == ReductionPrecision.BFLOAT16
                ? Recipe.ENGINE_SINGLE.with(Recipe.ENGINE_SINGLE.elements().withReplication(Short.BYTES))
                : Recipe.ENGINE_SINGLE;
    }

    /** While a link is what is waited for, a core computes. */
    private Processor processor(NetworkSetting network) {
        Processor core = Instance.named("cpu").orElseThrow().cluster().processor();
        double speed = part(network) * coreSpeed;
        return new Processor(
                speed * core.peakFlops(),
                speed * core.attainableFlops(),
                speed * core.memoryBytesPerSecond(),
                core.memoryBytes(),
                true);
    }

    /** Of a core, that a rank has. */
    private static double part(NetworkSetting network) {
        return Math.min(1, network.coresOfAll() / network.worldSize());
    }
}
