package io.sparkmics.benchmark;

import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.machine.Threads;
import io.sparkmics.engine.EngineSettings;
import io.sparkmics.engine.MicsEngine;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.gpu.RandomTokens;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One rank that trains as it is told by {@link CpuComparison}; {@code cpu/pytorch.py} does the same without any of this. Says
 * {@code ready} when it has written its weights; then, for each number of steps that it reads, trains so many and prints
 * their seconds, then their losses.
 */
final class CpuTraining {

    private static final OptimizerSettings OPTIMIZER = new OptimizerSettings.AdamW(0.9, 0.95, 1e-8, 0.1);
    private static final double LEARNING_RATE = 1e-3;
    private static final int DIFFERENT_STEPS = 8;

    private final Map<String, String> options;
    private final GptConfig config;

    private CpuTraining(Map<String, String> options) {
        this.options = options;
        this.config = Gpt.config()
                .layers(number("layers"))
                .heads(number("heads"))
                .width(number("width"))
                .context(number("context"))
                .vocabularySize(number("vocabulary"))
                .dropout(Double.parseDouble(options.get("dropout")));
    }

    public static void main(String[] arguments) {
        CpuTraining training = new CpuTraining(Stream.of(arguments)
                .map(argument -> argument.substring(2).split("=", 2))
                .collect(Collectors.toMap(option -> option[0], option -> option[1])));
        Threads.hold(training.number("threads"));
        ThreadRanks.of(1).run(ranks -> {
            try {
                training.run(ranks);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return null;
        });
    }

    private int number(String option) {
        return Integer.parseInt(options.get(option));
    }

    private void run(RankContext ranks) throws IOException {
        EngineSettings settings = new EngineSettings(OPTIMIZER, 1, 42, Precision.FLOAT32);
        try (MicsEngine engine = new MicsEngine(config.build(), settings, ranks)) {
            WeightsFile.write(engine, Path.of(options.get("weights")));
            System.out.println("ready");
            BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            long done = 0;
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                List<Double> seconds = new ArrayList<>();
                List<Double> losses = new ArrayList<>();
                for (int step = 0; step < Integer.parseInt(order); step++, done++) {
                    long begin = System.nanoTime();
                    losses.add(step(engine, done));
                    seconds.add((System.nanoTime() - begin) / 1e9);
                }
                System.out.println(Stream.concat(seconds.stream(), losses.stream())
                        .map(String::valueOf)
                        .collect(Collectors.joining(" ")));
            }
        }
    }

    private double step(MicsEngine engine, long number) {
        var batches =
                RandomTokens.ofStep(config, number % DIFFERENT_STEPS, number("micro-steps"), number("micro-batch"));
        return engine.step(number, batches, LEARNING_RATE).loss();
    }
}
