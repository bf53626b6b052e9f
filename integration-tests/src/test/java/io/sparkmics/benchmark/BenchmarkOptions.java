package io.sparkmics.benchmark;

import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import java.util.Arrays;
import java.util.List;

/**
 * What {@link GpuBenchmark} measures.
 *
 * @param batches sequences in a micro-batch; a step is one of them
 */
record BenchmarkOptions(RankDevice device, GptConfig config, int warmUpSteps, int steps, List<Integer> batches) {

    private static final String KNOWN =
            "--device, --layers, --heads, --width, --context, --vocabulary, --warm-up," + " --steps and --batches";

    BenchmarkOptions() {
        this(
                RankDevice.cuda(0),
                Gpt.config().layers(24).heads(16).width(1024).context(1024).vocabularySize(50257),
                10,
                20,
                List.of(8, 16, 32));
    }

    static BenchmarkOptions parse(String... arguments) {
        BenchmarkOptions options = new BenchmarkOptions();
        for (String argument : arguments) {
            options = options.with(argument);
        }
        return options;
    }

    private BenchmarkOptions with(String argument) {
        String[] parts = argument.split("=", 2);
        String value = parts.length == 2 ? parts[1] : "";
        return switch (parts[0]) {
            case "--device" ->
                new BenchmarkOptions(
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
            case "--warm-up" -> new BenchmarkOptions(device, config, Integer.parseInt(value), steps, batches);
            case "--steps" -> new BenchmarkOptions(device, config, warmUpSteps, Integer.parseInt(value), batches);
            case "--batches" ->
                new BenchmarkOptions(
                        device,
                        config,
                        warmUpSteps,
                        steps,
                        Arrays.stream(value.split(",")).map(Integer::valueOf).toList());
            default ->
                throw new IllegalArgumentException(
                        "Cannot read " + argument + ": the options are " + KNOWN + ", each with = and a value.");
        };
    }

    private BenchmarkOptions with(GptConfig changed) {
        return new BenchmarkOptions(device, changed, warmUpSteps, steps, batches);
    }
}
