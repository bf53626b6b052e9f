package io.sparkmics.integration;

import io.sparkmics.bootstrap.CommunicationSettings;
import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.machine.Threads;
import io.sparkmics.engine.EngineSettings;
import io.sparkmics.engine.MicroBatch;
import io.sparkmics.engine.MicsEngine;
import io.sparkmics.engine.OptimizerSettings;
import io.sparkmics.engine.Precision;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;

/** Trains for long in a process of its own and writes its resident memory down, a line every ten steps. */
final class Soak {

    private static final GptConfig CONFIG =
            Gpt.config().layers(2).heads(2).width(64).context(64).dropout(0.1);
    private static final int EVERY = 10;

    private Soak() {}

    /** @param arguments the number of steps */
    public static void main(String[] arguments) {
        long steps = Long.parseLong(arguments[0]);
        ThreadRanks.of(2)
                .with(CommunicationSettings.of(2).withTimeout(Duration.ofMinutes(30)))
                .run(ranks -> train(ranks, steps));
    }

    private static Void train(RankContext ranks, long steps) throws IOException {
        Threads.hold(1);
        EngineSettings settings =
                new EngineSettings(new OptimizerSettings.AdamW(0.9, 0.95, 1e-8, 0.1), 1, 5, Precision.FLOAT32);
        try (MicsEngine engine = new MicsEngine(CONFIG.build(), settings, ranks)) {
            for (long step = 0; step < steps; step++) {
                engine.step(
                        step,
                        List.of(batch(step, ranks.rank()), batch(step, ranks.rank() + 2))
                                .iterator(),
                        1e-3);
                engine.evaluate(List.of(batch(step, ranks.rank())).iterator());
                if (ranks.rank() == 0 && (step + 1) % EVERY == 0) {
                    System.out.printf(Locale.ROOT, "step %d resident %d%n", step + 1, resident());
                }
            }
        }
        return null;
    }

    private static MicroBatch batch(long step, int slot) {
        Random random = new Random(step * 4 + slot);
        int[][] sequences = IntStream.range(0, 2)
                .mapToObj(i -> random.ints(CONFIG.context() + 1, 0, 256).toArray())
                .toArray(int[][]::new);
        return new MicroBatch(Tokens.tensor(sequences), step, new int[] {2 * slot, 2 * slot + 1}, new double[] {1, 1});
    }

    /** Bytes. */
    private static long resident() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
