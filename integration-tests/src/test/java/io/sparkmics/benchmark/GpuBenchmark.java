package io.sparkmics.benchmark;

import io.sparkmics.bootstrap.OneGpu;
import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.machine.GpuMachine;
import io.sparkmics.engine.EngineSettings;
import io.sparkmics.engine.MicsEngine;
import io.sparkmics.engine.StepResult;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.engine.stage.Feed;
import io.sparkmics.gpu.Activations;
import io.sparkmics.gpu.RandomTokens;
import io.sparkmics.model.GptConfig;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How fast one rank trains on one GPU: a GPT of 355 million parameters, computed in bfloat16, with AdamW. Prints a line of
 * JSON for each size of the micro-batch, in their order, as long as they fit, with what the planner predicts of it where it
 * knows the GPU; {@code gpu/eager.py} does the same without any of this.
 *
 * <p>The time of a step ends when the host has read its loss. Tokens per second are those of the median step.
 */
public final class GpuBenchmark {

    private static final OptimizerSettings OPTIMIZER = new OptimizerSettings.AdamW(0.9, 0.95, 1e-8, 0.1);
    private static final double LEARNING_RATE = 3e-4;

    private GpuBenchmark() {}

    public static void main(String[] arguments) {
        run(BenchmarkOptions.parse(arguments), System.out);
    }

    static void run(BenchmarkOptions options, PrintStream out) {
        String name = options.device().isCuda()
                ? GpuMachine.here().gpus().get(options.device().ordinal()).name()
                : "CPU";
        for (int microBatchSize : options.batches()) {
            try {
                JsonLine line = OneGpu.run(options.device(), ranks -> measure(options, name, microBatchSize, ranks));
                out.println(line);
            } catch (AssertionError e) {
                if (!String.valueOf(e.getMessage()).contains("out of memory")) {
                    throw e;
                }
                out.println(new JsonLine(microBatchSize).with("outOfMemory", true));
                return;
            }
        }
    }

    private static JsonLine measure(BenchmarkOptions options, String name, int microBatchSize, RankContext ranks) {
        GptConfig config = options.config();
        EngineSettings settings = new EngineSettings(OPTIMIZER, 1, 42, Precision.BFLOAT16);
        JsonLine line =
                new JsonLine(microBatchSize).with("parameters", config.build().size());
        if (options.device().isCuda()) {
            line.with(
                    "activationBytes",
                    Activations.bytes(config, microBatchSize, ScalarType.BFloat16, options.device()));
        }
        int all = options.warmUpSteps() + options.steps();
        List<Double> seconds = new ArrayList<>();
        try (MicsEngine engine = new MicsEngine(config.build(), settings, ranks);
                Feed feed = new Feed(RandomTokens.batches(config, all, 1, microBatchSize), ranks.device())) {
            long allocations = 0;
            for (int step = 0; step < all; step++) {
                int measured = step - options.warmUpSteps();
                if (measured == 0) {
                    allocations = engine.deviceAllocations();
                }
                long begin = System.nanoTime();
                StepResult result = engine.step(step, feed.limit(1), LEARNING_RATE);
                if (measured >= 0) {
                    seconds.add((System.nanoTime() - begin) / 1e9);
                }
                if (step == 0) {
                    line.with("firstLoss", result.loss());
                }
                if (step == all - 1) {
                    line.with("lastLoss", result.loss());
                }
            }
            line.with("allocationsInSteadyState", engine.deviceAllocations() - allocations);
            line.with("plannedBytes", settings.memoryModel(config.build()).bytesPerRank(1))
                    .with("peakBytes", engine.memory().peakBytes());
        }
        Speed.ofSteps(config, microBatchSize, Median.of(seconds)).addTo(line, name);
        return line;
    }
}
