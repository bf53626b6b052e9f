package io.sparkmics.benchmark;

import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * How fast one rank trains on the CPU beside PyTorch: the same model, weights, batches and threads, in three processes that
 * take turns. What else the machine does then slows all of them, so that the ratios of a round mean something.
 *
 * <p>Counts seconds, and processor seconds of the whole process: what the JVM compiles and collects is in them.
 */
final class CpuComparison {

    private static final int FIRST_STEPS = 6;

    /**
     * @param warmUp steps before the rounds, the first ones included
     * @param turn steps in each of the rounds
     */
    record Size(GptConfig config, int microBatch, int microSteps, int warmUp, int turn) {
        Size withDropout(double dropout) {
            return new Size(config.dropout(dropout), microBatch, microSteps, warmUp, turn);
        }

        int tokens() {
            return microSteps * microBatch * config.context();
        }
    }

    private static final Map<String, Size> SIZES = Map.of(
            "1.3m", new Size(Gpt.config().layers(4).heads(4).width(160).context(128), 4, 2, 40, 10),
            "3.3m", new Size(Gpt.config().layers(4).heads(8).width(256).context(128), 4, 2, 40, 6),
            "14.4m", new Size(Gpt.config().layers(8).heads(6).width(384).context(256), 2, 2, 8, 2),
            "85.6m", new Size(Gpt.config().context(512), 1, 2, 1, 1));

    private record Round(TrainingProcess.Turn ours, TrainingProcess.Turn eager, TrainingProcess.Turn fused) {}

    private CpuComparison() {}

    /** Arguments: sizes, and {@code threads=}, {@code rounds=}, {@code dropout=}. */
    public static void main(String[] arguments) throws IOException {
        int threads = (int) option(arguments, "threads", 1);
        int rounds = (int) option(arguments, "rounds", 7);
        double dropout = option(arguments, "dropout", 0);
        List<String> sizes =
                Stream.of(arguments).filter(name -> !name.contains("=")).toList();
        if (!SIZES.keySet().containsAll(sizes)) {
            throw new IllegalArgumentException(
                    "Cannot measure " + sizes + ": the sizes are " + Set.copyOf(SIZES.keySet()) + ".");
        }
        System.out.printf(
                Locale.ROOT,
                "Threads: %d. Dropout: %.1f. Medians of %d rounds in turns; of the first steps, one measurement.%n"
                        + "| model | | tokens/s | beside eager | beside fused | CPU s a step | of eager | of fused |"
                        + " CPU s, first %d steps at most | of eager | loss, last |%n|---|---|---|---|---|---|---|---|---|---|---|%n",
                threads,
                dropout,
                rounds,
                FIRST_STEPS);
        for (String size : sizes.isEmpty() ? List.of("1.3m", "14.4m", "85.6m") : sizes) {
            compare(size, SIZES.get(size).withDropout(dropout), threads, rounds);
        }
    }

    private static double option(String[] arguments, String name, double otherwise) {
        return Stream.of(arguments)
                .filter(argument -> argument.startsWith(name + "="))
                .mapToDouble(argument -> Double.parseDouble(argument.substring(name.length() + 1)))
                .findFirst()
                .orElse(otherwise);
    }

    private static void compare(String name, Size size, int threads, int rounds) throws IOException {
        Path weights = Files.createTempFile("weights", ".bin");
        try (TrainingProcess ours = TrainingProcess.ours(size, threads, weights);
                TrainingProcess eager = TrainingProcess.pyTorch(size, threads, weights, false);
                TrainingProcess fused = TrainingProcess.pyTorch(size, threads, weights, true)) {
            int steps = Math.min(FIRST_STEPS, size.warmUp());
            Round first = new Round(ours.take(steps), eager.take(steps), fused.take(steps));
            int left = size.warmUp() - steps;
            if (left > 0) {
                new Round(ours.take(left), eager.take(left), fused.take(left));
            }
            List<Round> measured = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                Round taken = new Round(ours.take(size.turn()), eager.take(size.turn()), fused.take(size.turn()));
                measured.add(taken);
                System.err.printf(
                        Locale.ROOT,
                        "%s, round %d of %d, seconds and CPU seconds a step: ours %s, eager %s, fused %s%n",
                        name,
                        round + 1,
                        rounds,
                        taken.ours(),
                        taken.eager(),
                        taken.fused());
            }
            print(name, size, first, measured);
        } finally {
            Files.deleteIfExists(weights);
        }
    }

    private static void print(String name, Size size, Round first, List<Round> rounds) {
        System.out.printf(
                Locale.ROOT,
                "| %s | spark-mics | %,.0f | %.2f | %.2f | %.3f | %.2f | %.2f | %.2f | %.2f | %.6f |%n",
                name,
                size.tokens() / median(rounds, round -> round.ours().step()),
                median(rounds, round -> round.eager().step() / round.ours().step()),
                median(rounds, round -> round.fused().step() / round.ours().step()),
                median(rounds, round -> round.ours().cpuOfStep()),
                median(rounds, round -> round.ours().cpuOfStep() / round.eager().cpuOfStep()),
                median(rounds, round -> round.ours().cpuOfStep() / round.fused().cpuOfStep()),
                first.ours().cpu(),
                first.ours().cpu() / first.eager().cpu(),
                rounds.get(rounds.size() - 1).ours().lastLoss());
        printPeer(
                "eager PyTorch",
                size,
                first.eager(),
                rounds.stream().map(Round::eager).toList());
        printPeer(
                "fused PyTorch",
                size,
                first.fused(),
                rounds.stream().map(Round::fused).toList());
    }

    private static void printPeer(
            String peer, Size size, TrainingProcess.Turn first, List<TrainingProcess.Turn> turns) {
        System.out.printf(
                Locale.ROOT,
                "| | %s | %,.0f | | | %.3f | | | %.2f | | %.6f |%n",
                peer,
                size.tokens() / median(turns, TrainingProcess.Turn::step),
                median(turns, TrainingProcess.Turn::cpuOfStep),
                first.cpu(),
                turns.get(turns.size() - 1).lastLoss());
    }

    private static <T> double median(List<T> values, ToDoubleFunction<T> of) {
        return Median.of(values.stream().map(of::applyAsDouble).toList());
    }
}
