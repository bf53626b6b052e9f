package io.sparkmics.benchmark.network;

import io.sparkmics.benchmark.WeightsFile;
import io.sparkmics.bootstrap.Bootstrap;
import io.sparkmics.bootstrap.FileExchange;
import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.gloo.GlooTransport;
import io.sparkmics.bootstrap.groups.Place;
import io.sparkmics.bootstrap.memory.MemoryTransport;
import io.sparkmics.bootstrap.transport.Transport;
import io.sparkmics.engine.EngineSettings;
import io.sparkmics.engine.MicsEngine;
import io.sparkmics.engine.OverlapSettings;
import io.sparkmics.engine.StepResult;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.device.WaitKind;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.gpu.RandomTokens;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One rank, with an engine for each contestant. Ranks of a host find each other by the host's name, which is told here: the
 * machine's own is the same in all of them, and so is its memory.
 */
final class NetworkRank {

    private static final OptimizerSettings OPTIMIZER = new OptimizerSettings.AdamW(0.9, 0.95, 1e-8, 0.1);
    private static final double LEARNING_RATE = 1e-3;
    private static final double NANOS = 1e9;

    /** After so many steps the batches come again. */
    private static final int DIFFERENT_STEPS = 8;

    private final Map<String, String> options;
    private final int local;
    private final GptConfig config;
    private final Map<Contestant, MicsEngine> engines = new LinkedHashMap<>();
    private final Map<Contestant, Long> done = new LinkedHashMap<>();

    /** @param local its number on its host */
    NetworkRank(Map<String, String> options, int local) {
        this.options = options;
        this.local = local;
        this.config = Gpt.config()
                .layers(number("layers"))
                .heads(number("heads"))
                .width(number("width"))
                .context(number("context"))
                .vocabularySize(number("vocabulary"));
    }

    private int number(String option) {
        return Integer.parseInt(options.get(option));
    }

    private int rank() {
        return number("host") * number("k") + local;
    }

    /** Meets the other ranks, once for each contestant. They live as long as the process. */
    String start() throws IOException {
        for (String name : options.get("contestants").split(",")) {
            Contestant contestant = Contestant.named(name);
            MicsEngine engine = new MicsEngine(config.build(), settings(contestant), join(contestant));
            Path file = Path.of(options.get("weights"));
            if (engines.isEmpty()) {
                WeightsFile.write(engine, rank() == 0 ? file : file.resolveSibling(file.getFileName() + "-" + rank()));
            }
            engines.put(contestant, engine);
        }
        return "";
    }

    private static EngineSettings settings(Contestant contestant) {
        OverlapSettings overlap = OverlapSettings.STANDARD.withGathersAhead(contestant.gathersAhead());
        return new EngineSettings(OPTIMIZER, 1, 42, Precision.FLOAT32)
                .with(contestant.hopTwo() == Contestant.HopTwoTime.BEHIND_THE_STEP ? overlap.withoutHopTwo() : overlap)
                .withReplication(contestant.replication());
    }

    private RankContext join(Contestant contestant) throws IOException {
        int world = number("hosts") * number("k");
        Duration timeout = Duration.ofSeconds(number("timeout"));
        Path folder = Path.of(options.get("folder"), contestant.id());
        Files.createDirectories(folder);
        Place place = new Place(
                rank(),
                options.get("address"),
                String.format(Locale.ROOT, "host-%03d", number("host")),
                Optional.empty());
        CommunicationSettings settings = CommunicationSettings.of(contestant.partitionGroupSize(world, number("k")))
                .withGather(contestant.gather())
                .withChecking(false)
                .withTimeout(timeout);
        Transport transport = MemoryTransport.over(GlooTransport.onHost());
        return Bootstrap.join(
                new FileExchange(folder, world, rank(), timeout),
                place,
                contestant.hopTwo() == Contestant.HopTwoTime.EACH_MICRO_STEP ? new OneHop(transport) : transport,
                new byte[0],
                settings);
    }

    /** Seconds, losses and norms of so many steps, and what all of them have waited for each kind of collective. */
    String train(Contestant contestant, int steps, int microSteps) {
        MicsEngine engine = engines.get(contestant);
        Map<WaitKind, Long> before = engine.waits();
        List<Double> seconds = new ArrayList<>();
        List<Double> losses = new ArrayList<>();
        List<Double> norms = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            long begin = System.nanoTime();
            StepResult result = step(engine, done.merge(contestant, 1L, Long::sum) - 1, microSteps);
            seconds.add((System.nanoTime() - begin) / NANOS);
            losses.add(result.loss());
            norms.add(result.gradientNorm());
        }
        Map<WaitKind, Long> after = engine.waits();
        List<Double> waits = Stream.of(WaitKind.values())
                .map(kind -> (after.get(kind) - before.get(kind)) / NANOS)
                .toList();
        return Stream.of(seconds, losses, norms, waits)
                .flatMap(List::stream)
                .map(String::valueOf)
                .collect(Collectors.joining(" "));
    }

    private StepResult step(MicsEngine engine, long number, int microSteps) {
        return engine.step(
                number,
                RandomTokens.ofRank(config, number % DIFFERENT_STEPS, rank(), microSteps, number("micro-batch")),
                LEARNING_RATE);
    }
}
