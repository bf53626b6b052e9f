package io.sparkmics.benchmark.network;

import io.sparkmics.benchmark.OptionValues;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * What {@link NetworkBenchmark} measures.
 *
 * @param hosts how many, each with tables of its own
 * @param rates of every link, each with a table of its own
 * @param cores that each host is held to; empty: all share those of the machine
 * @param ranksPerHost k
 * @param microSteps of a step, each with a table of its own
 * @param microBatch sequences of a micro-step
 * @param warmUp steps of each contestant before the rounds, over links that are not shaped and with all cores
 * @param rounds in which the contestants take turns
 * @param steps of a turn
 * @param timeoutSeconds of a wait for another rank, and of a turn
 * @param folder where rows, report and pictures go
 * @param recorded files of rows of earlier runs: where there are some nothing is measured, and these are reported on
 */
record NetworkOptions(
        List<Integer> hosts,
        List<Rate> rates,
        OptionalDouble cores,
        int ranksPerHost,
        List<Integer> microSteps,
        int microBatch,
        int warmUp,
        int rounds,
        int steps,
        int timeoutSeconds,
        GptConfig config,
        List<Contestant> contestants,
        Path folder,
        List<Path> recorded) {

    private static final String ALL_CORES = "all";
    private static final Map<String, String> DEFAULTS = new LinkedHashMap<>();

    static {
        DEFAULTS.put("hosts", "2,4");
        DEFAULTS.put("rate", "100mbit");
        DEFAULTS.put("cores", ALL_CORES);
        DEFAULTS.put("k", "2");
        DEFAULTS.put("microSteps", "4");
        DEFAULTS.put("microBatch", "1");
        DEFAULTS.put("warmUp", "8");
        DEFAULTS.put("rounds", "3");
        DEFAULTS.put("steps", "3");
        DEFAULTS.put("timeout", "600");
        DEFAULTS.put("layers", "4");
        DEFAULTS.put("heads", "8");
        DEFAULTS.put("width", "256");
        DEFAULTS.put("context", "128");
        DEFAULTS.put("contestants", Contestant.STANDARD);
        DEFAULTS.put("folder", "target/network-comparison");
        DEFAULTS.put("report", "");
    }

    /** The host number that an address ends with fits one byte. */
    private static final int MOST_HOSTS = 250;

    NetworkOptions {
        if (Collections.min(hosts) < 2 || Collections.max(hosts) > MOST_HOSTS) {
            throw new IllegalArgumentException(
                    "Cannot measure " + hosts + " hosts: each number must be from 2 to " + MOST_HOSTS + ".");
        }
        if (ranksPerHost < 2) {
            throw new IllegalArgumentException("Cannot measure k = " + ranksPerHost
                    + ": with one rank on each host p = k is p = 1. Use 2 ranks or more.");
        }
        if (contestants.stream().allMatch(Contestant::pyTorch)) {
            throw new IllegalArgumentException("Cannot measure " + Contestant.ids(contestants)
                    + " alone: the weights that all begin with come from ours. Add one of ours, as p-k.");
        }
        String problems = hosts.stream()
                .flatMap(count ->
                        contestants.stream().map(contestant -> contestant.problem(count * ranksPerHost, ranksPerHost)))
                .flatMap(Optional::stream)
                .distinct()
                .collect(Collectors.joining(" "));
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("Cannot measure " + problems + " Use other contestants or hosts.");
        }
    }

    /** @param arguments as {@code hosts=2,4} */
    static NetworkOptions parse(String... arguments) {
        OptionValues values = new OptionValues(DEFAULTS, arguments);
        return new NetworkOptions(
                values.numbers("hosts"),
                values.list("rate", Rate::of),
                cores(values.text("cores")),
                values.number("k"),
                values.numbers("microSteps"),
                values.number("microBatch"),
                values.number("warmUp"),
                values.number("rounds"),
                values.number("steps"),
                values.number("timeout"),
                Gpt.config()
                        .layers(values.number("layers"))
                        .heads(values.number("heads"))
                        .width(values.number("width"))
                        .context(values.number("context")),
                values.list("contestants", Contestant::named),
                Path.of(values.text("folder")),
                values.list("report", Path::of));
    }

    private static OptionalDouble cores(String text) {
        return text.equals(ALL_CORES) ? OptionalDouble.empty() : OptionalDouble.of(HostCores.checked(text));
    }

    /** Those of PyTorch, or ours. */
    List<Contestant> contestants(boolean pyTorch) {
        return contestants.stream()
                .filter(contestant -> contestant.pyTorch() == pyTorch)
                .toList();
    }

    /** What programs of ours and of Python are told alike. */
    List<String> sizes() {
        return List.of(
                "--layers=" + config.layers(),
                "--heads=" + config.heads(),
                "--width=" + config.width(),
                "--context=" + config.context(),
                "--vocabulary=" + config.vocabularySize(),
                "--micro-batch=" + microBatch,
                "--threads=1",
                "--timeout=" + timeoutSeconds);
    }
}
