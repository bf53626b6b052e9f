package io.sparkmics.benchmark;

import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.machine.Threads;
import io.sparkmics.engine.EngineSettings;
import io.sparkmics.engine.MicsEngine;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.gpu.RandomTokens;
import io.sparkmics.model.ChunkedLoss;
import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.Model;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import io.sparkmics.model.Weights;
import io.sparkmics.plan.ActivationCheckpointing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * One rank that trains one of {@link ActivationBenchmark}'s cases and prints what a step took: bytes of memory above what the
 * engine holds, as the kernel counts; what was planned; processor seconds.
 */
final class ActivationTraining {

    /**
     * @param checkpointing see {@link ActivationCheckpointing}
     * @param logits at a time; 0: as the model has it
     */
    record Case(GptConfig config, int microBatchSize, int checkpointing, long logits) {

        static Case parse(String[] words) {
            return new Case(
                    new GptConfig(
                            Integer.parseInt(words[0]),
                            Integer.parseInt(words[1]),
                            Integer.parseInt(words[2]),
                            Integer.parseInt(words[3]),
                            Integer.parseInt(words[4]),
                            Double.parseDouble(words[5])),
                    Integer.parseInt(words[6]),
                    Integer.parseInt(words[7]),
                    Long.parseLong(words[8]));
        }

        List<String> words() {
            return List.of(
                    String.valueOf(config.layers()),
                    String.valueOf(config.heads()),
                    String.valueOf(config.width()),
                    String.valueOf(config.context()),
                    String.valueOf(config.vocabularySize()),
                    String.valueOf(config.dropout()),
                    String.valueOf(microBatchSize),
                    String.valueOf(checkpointing),
                    String.valueOf(logits));
        }

        EngineSettings settings() {
            return new EngineSettings(new OptimizerSettings.AdamW(0.9, 0.95, 1e-8, 0.1), 1, 42, Precision.FLOAT32)
                    .with(new ActivationCheckpointing(checkpointing));
        }

        Model model() {
            Model model = config.build();
            if (logits == 0) {
                return model;
            }
            List<Stage> stages = new ArrayList<>(model.stages());
            stages.add(new OtherParts((ChunkedLoss) stages.remove(stages.size() - 1), config, logits));
            return () -> stages;
        }
    }

    /** The same loss in parts of another size. */
    private record OtherParts(ChunkedLoss loss, GptConfig config, long logits) implements ChunkedLoss {

        @Override
        public List<Unit> units() {
            return loss.units();
        }

        @Override
        public long positionsAtATime(long sequences, long length) {
            return Math.max(1, logits / (sequences * config.vocabularySize()));
        }

        @Override
        public Tensor part(Tensor input, long first, Weights weights, ForwardPass pass) {
            return loss.part(input, first, weights, pass);
        }
    }

    private final Case training;
    private final int steps;

    private ActivationTraining(Case training, int steps) {
        this.training = training;
        this.steps = steps;
    }

    /** The case, and behind it how many steps are timed. */
    public static void main(String[] arguments) {
        ActivationTraining training =
                new ActivationTraining(Case.parse(arguments), Integer.parseInt(arguments[arguments.length - 1]));
        Threads.hold(1);
        ThreadRanks.of(1).run(ranks -> {
            try {
                training.run(ranks);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return null;
        });
    }

    private void run(RankContext ranks) throws IOException {
        EngineSettings settings = training.settings();
        try (MicsEngine engine = new MicsEngine(training.model(), settings, ranks)) {
            // Touches all that the engine holds.
            step(engine, 0, 1);
            ResidentMemory memory = ResidentMemory.ofThisProcess();
            memory.beginAgain();
            long before = memory.peak();
            step(engine, 1, training.microBatchSize());
            long taken = memory.peak() - before;
            double cpu = cpuSeconds();
            for (int step = 2; step < 2 + steps; step++) {
                step(engine, step, training.microBatchSize());
            }
            System.out.println("taken " + taken + " " + (cpuSeconds() - cpu) / Math.max(1, steps));
        }
    }

    private void step(MicsEngine engine, long number, int microBatchSize) {
        engine.step(number, RandomTokens.ofStep(training.config(), number, 1, microBatchSize), 1e-3);
    }

    private static double cpuSeconds() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
    }
}
