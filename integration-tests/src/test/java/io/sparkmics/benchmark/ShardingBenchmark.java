package io.sparkmics.benchmark;

import io.sparkmics.bootstrap.CommunicationSettings;
import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.Transport;
import io.sparkmics.bootstrap.gloo.GlooTransport;
import io.sparkmics.bootstrap.memory.MemoryTransport;
import io.sparkmics.engine.EngineSettings;
import io.sparkmics.engine.MicsEngine;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.Tokens;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * What sharding costs: the quick start's model and batch on four ranks, which are threads, over memory and over Gloo on the
 * loopback, for every partition group size, against the same work on ranks that do not talk at all (each trains a model of its
 * own).
 */
final class ShardingBenchmark {

    private static final GptConfig CONFIG =
            Gpt.config().layers(4).heads(4).width(160).context(128);
    private static final int RANKS = 4;
    private static final int MICRO_BATCH = 4;
    private static final int MICRO_STEPS = 2;
    private static final int WARM_UP_STEPS = 3;
    private static final int STEPS = 10;
    private static final int ROUNDS = 3;

    private record Variant(String name, int partitionGroupSize, int ranksPerNode, boolean memory) {}

    private static final List<Variant> VARIANTS = List.of(
            new Variant("no communication", 0, RANKS, true),
            new Variant("p = 1 (data parallel)", 1, RANKS, true),
            new Variant("p = 2 (MiCS)", 2, RANKS, true),
            new Variant("p = 4 (ZeRO-3)", 4, RANKS, true),
            new Variant("p = 1, over sockets", 1, RANKS, false),
            new Variant("p = 2, over sockets", 2, RANKS, false),
            new Variant("p = 4, over sockets", 4, RANKS, false),
            new Variant("p = 4 over two pretended nodes, hierarchical", 4, 2, true));

    private ShardingBenchmark() {}

    public static void main(String[] arguments) {
        Map<Variant, List<Double>> tokensPerSecond = new LinkedHashMap<>();
        Map<Variant, List<Double>> cpuSeconds = new LinkedHashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            for (Variant variant : VARIANTS) {
                double before = cpuSeconds();
                double rate = measure(variant);
                double cpu = cpuSeconds() - before;
                tokensPerSecond.computeIfAbsent(variant, v -> new ArrayList<>()).add(rate);
                cpuSeconds.computeIfAbsent(variant, v -> new ArrayList<>()).add(cpu);
                System.err.printf(
                        Locale.ROOT,
                        "round %d of %d: %s: %.0f tokens/s, %.1f s of CPU%n",
                        round + 1,
                        ROUNDS,
                        variant.name(),
                        rate,
                        cpu);
            }
        }
        double baseline = Median.of(tokensPerSecond.get(VARIANTS.get(0)));
        double baselineCpu = Median.of(cpuSeconds.get(VARIANTS.get(0)));
        System.out.printf(
                Locale.ROOT,
                "| variant | tokens/s (median of %d) | of the baseline | CPU time of the baseline's |%n|---|---|---|---|%n",
                ROUNDS);
        tokensPerSecond.forEach((variant, rates) -> System.out.printf(
                Locale.ROOT,
                "| %s | %,.0f | %.2f | %.2f |%n",
                variant.name(),
                Median.of(rates),
                Median.of(rates) / baseline,
                Median.of(cpuSeconds.get(variant)) / baselineCpu));
    }

    /** Of this process: tells more than the clock on a machine that does other things too. */
    private static double cpuSeconds() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
    }

    private static double measure(Variant variant) {
        boolean alone = variant.partitionGroupSize() == 0;
        List<Double> seconds = alone
                ? IntStream.range(0, RANKS)
                        .mapToObj(id -> start(() -> ThreadRanks.of(1).run(ShardingBenchmark::train)))
                        .toList()
                        .stream()
                        .map(ShardingBenchmark::join)
                        .toList()
                : ThreadRanks.of(RANKS)
                        .ranksPerNode(variant.ranksPerNode())
                        .over(() -> transport(variant.memory()))
                        .with(CommunicationSettings.of(variant.partitionGroupSize())
                                .withChecking(false)
                                .withTimeout(Duration.ofMinutes(5)))
                        .run(ShardingBenchmark::train);
        double slowest = seconds.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
        long tokens = (long) STEPS * RANKS * MICRO_STEPS * MICRO_BATCH * CONFIG.context();
        return tokens / slowest;
    }

    private static Transport transport(boolean memory) {
        GlooTransport sockets = GlooTransport.on("127.0.0.1");
        return memory ? MemoryTransport.over(sockets) : sockets;
    }

    private static FutureTask<Double> start(Supplier<List<Double>> work) {
        FutureTask<Double> task = new FutureTask<>(() -> work.get().get(0));
        new Thread(task).start();
        return task;
    }

    private static double join(FutureTask<Double> task) {
        try {
            return task.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException("Cannot measure: a rank failed.", e);
        }
    }

    /** Seconds of the measured steps. */
    private static double train(RankContext ranks) {
        EngineSettings settings =
                new EngineSettings(new OptimizerSettings.AdamW(0.9, 0.95, 1e-8, 0.1), 1, 5, Precision.FLOAT32);
        try (MicsEngine engine = new MicsEngine(CONFIG.build(), settings, ranks)) {
            long begin = 0;
            for (int step = 0; step < WARM_UP_STEPS + STEPS; step++) {
                if (step == WARM_UP_STEPS) {
                    begin = System.nanoTime();
                }
                engine.step(step, batches(step, ranks.rank()).iterator(), 1e-3);
            }
            return (System.nanoTime() - begin) / 1e9;
        }
    }

    private static List<MicroBatch> batches(int step, int rank) {
        Random random = new Random(31L * step + rank);
        return IntStream.range(0, MICRO_STEPS)
                .mapToObj(micro -> {
                    int[][] sequences = IntStream.range(0, MICRO_BATCH)
                            .mapToObj(i ->
                                    random.ints(CONFIG.context() + 1, 0, 256).toArray())
                            .toArray(int[][]::new);
                    double[] weights = new double[MICRO_BATCH];
                    Arrays.fill(weights, 1);
                    int[] slots = IntStream.range(0, MICRO_BATCH).toArray();
                    return new MicroBatch(Tokens.tensor(sequences), step, slots, weights);
                })
                .toList();
    }
}
