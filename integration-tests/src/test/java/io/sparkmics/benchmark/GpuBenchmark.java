package io.sparkmics.benchmark;

import io.sparkmics.bootstrap.GpuMachine;
import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.RankDevice;
import io.sparkmics.engine.EngineSettings;
import io.sparkmics.engine.Feed;
import io.sparkmics.engine.MemoryUse;
import io.sparkmics.engine.MicsEngine;
import io.sparkmics.engine.OptimizerSettings;
import io.sparkmics.engine.Precision;
import io.sparkmics.engine.StepResult;
import io.sparkmics.gpu.Activations;
import io.sparkmics.gpu.OneGpu;
import io.sparkmics.gpu.Plan;
import io.sparkmics.gpu.RandomTokens;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How fast one rank trains on one GPU: a GPT of 355 million parameters, computed in bfloat16, with AdamW. Prints a line of
 * JSON for each size of the micro-batch, in their order, as long as they fit; {@code gpu/eager.py} does the same without any
 * of this.
 *
 * <p>The time of a step ends when the host has read its loss. Tokens per second are those of the median step.
 */
public final class GpuBenchmark {

    private static final OptimizerSettings OPTIMIZER = new OptimizerSettings.AdamW(0.9, 0.95, 1e-8, 0.1);
    private static final double LEARNING_RATE = 3e-4;

    /**
     * What to measure.
     *
     * @param batches sequences in a micro-batch; a step is one of them
     */
    record Options(RankDevice device, GptConfig config, int warmUpSteps, int steps, List<Integer> batches) {

        private static final String KNOWN =
                "--device, --layers, --heads, --width, --context, --vocabulary, --warm-up," + " --steps and --batches";

        Options() {
            this(
                    RankDevice.cuda(0),
                    Gpt.config().layers(24).heads(16).width(1024).context(1024).vocabularySize(50257),
                    10,
                    20,
                    List.of(8, 16, 32));
        }

        static Options parse(String... arguments) {
            Options options = new Options();
            for (String argument : arguments) {
                options = options.with(argument);
            }
            return options;
        }

        private Options with(String argument) {
            String[] parts = argument.split("=", 2);
            String value = parts.length == 2 ? parts[1] : "";
            return switch (parts[0]) {
                case "--device" ->
                    new Options(
                            value.equals("cpu") ? RankDevice.cpu() : RankDevice.cuda(Integer.parseInt(value)),
                            config,
                            warmUpSteps,
                            steps,
                            batches);
                case "--layers" -> with(config.layers(Integer.parseInt(value)));
                case "--heads" -> with(config.heads(Integer.parseInt(value)));
                case "--width" -> with(config.width(Integer.parseInt(value)));
                case "--context" -> with(config.context(Integer.parseInt(value)));
                case "--vocabulary" -> with(config.vocabularySize(Integer.parseInt(value)));
                case "--warm-up" -> new Options(device, config, Integer.parseInt(value), steps, batches);
                case "--steps" -> new Options(device, config, warmUpSteps, Integer.parseInt(value), batches);
                case "--batches" ->
                    new Options(
                            device,
                            config,
                            warmUpSteps,
                            steps,
                            Arrays.stream(value.split(","))
                                    .map(Integer::valueOf)
                                    .toList());
                default ->
                    throw new IllegalArgumentException(
                            "Cannot read " + argument + ": the options are " + KNOWN + ", each with = and a value.");
            };
        }

        private Options with(GptConfig changed) {
            return new Options(device, changed, warmUpSteps, steps, batches);
        }
    }

    private GpuBenchmark() {}

    public static void main(String[] arguments) {
        run(Options.parse(arguments), System.out);
    }

    static void run(Options options, PrintStream out) {
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
                out.println(new JsonLine("spark-mics", name, microBatchSize).with("outOfMemory", true));
                return;
            }
        }
    }

    private static JsonLine measure(Options options, String name, int microBatchSize, RankContext ranks) {
        GptConfig config = options.config();
        EngineSettings settings = new EngineSettings(OPTIMIZER, 1, 42, Precision.BFLOAT16);
        JsonLine line = new JsonLine("spark-mics", name, microBatchSize)
                .with("parameters", config.build().size());
        if (options.device().isCuda()) {
            line.with(
                    "activationBytes",
                    Activations.bytes(config, microBatchSize, ScalarType.BFloat16, options.device()));
        }
        int all = options.warmUpSteps() + options.steps();
        double[] seconds = new double[options.steps()];
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
                    seconds[measured] = (System.nanoTime() - begin) / 1e9;
                }
                if (step == 0) {
                    line.with("firstLoss", result.loss());
                }
                if (step == all - 1) {
                    line.with("lastLoss", result.loss());
                }
            }
            line.with("allocationsInSteadyState", engine.deviceAllocations() - allocations);
            MemoryUse memory = engine.memory();
            line.with("plannedBytes", Plan.bytes(config, settings))
                    .with("engineBytes", memory.engineBytes())
                    .with("peakBytes", memory.peakBytes());
        }
        double rate = (double) microBatchSize * config.context() / median(seconds);
        line.with("tokensPerSecond", rate);
        OptionalDouble peak = Chip.peak(name);
        if (peak.isPresent()) {
            line.with("shareOfPeak", rate * GptFlops.perToken(config) / (peak.getAsDouble() * 1e12));
        }
        return line;
    }

    static double median(double[] values) {
        double[] sorted = Arrays.stream(values).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** One object, its fields in the order in which they come. */
    private static final class JsonLine {

        private final StringBuilder text = new StringBuilder("{");

        JsonLine(String who, String device, int microBatchSize) {
            text.append("\"who\":\"")
                    .append(who)
                    .append("\",\"device\":\"")
                    .append(device)
                    .append('"');
            with("microBatchSize", microBatchSize);
        }

        JsonLine with(String field, long value) {
            return raw(field, Long.toString(value));
        }

        JsonLine with(String field, double value) {
            return raw(field, String.format(Locale.ROOT, "%.6f", value));
        }

        JsonLine with(String field, boolean value) {
            return raw(field, Boolean.toString(value));
        }

        private JsonLine raw(String field, String value) {
            text.append(",\"").append(field).append("\":").append(value);
            return this;
        }

        @Override
        public String toString() {
            return text + "}";
        }
    }
}
