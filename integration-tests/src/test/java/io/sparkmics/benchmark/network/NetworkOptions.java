package io.sparkmics.benchmark.network;

import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What {@link NetworkBenchmark} measures.
 *
 * @param hosts how many, each with a table of its own
 * @param rates of every link, each with a table of its own
 * @param ranksPerHost k
 * @param microSteps of a step
 * @param microBatch sequences of a micro-step
 * @param warmUp steps of each contestant before the rounds, over links that are not shaped
 * @param rounds in which the contestants take turns
 * @param steps of a turn
 * @param timeoutSeconds of a wait for another rank, and of a turn
 */
record NetworkOptions(
        List<Integer> hosts,
        List<Rate> rates,
        int ranksPerHost,
        int microSteps,
        int microBatch,
        int warmUp,
        int rounds,
        int steps,
        int timeoutSeconds,
        GptConfig config,
        List<Contestant> contestants) {

    private static final Map<String, String> DEFAULTS = new LinkedHashMap<>();

    static {
        DEFAULTS.put("hosts", "2,4");
        DEFAULTS.put("rate", "100mbit");
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
        DEFAULTS.put("contestants", Contestant.ids(List.of(Contestant.values())));
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
    }

    /** @param arguments as {@code hosts=2,4} */
    static NetworkOptions parse(String... arguments) {
        Map<String, String> values = new LinkedHashMap<>(DEFAULTS);
        for (String argument : arguments) {
            String[] parts = argument.split("=", 2);
            if (parts.length < 2 || values.replace(parts[0], parts[1]) == null) {
                throw new IllegalArgumentException(
                        "Cannot read " + argument + ": the options are " + names() + ", each with = and a value.");
            }
        }
        return new NetworkOptions(
                split(values.get("hosts")).stream().map(Integer::valueOf).toList(),
                split(values.get("rate")).stream().map(Rate::of).toList(),
                number(values, "k"),
                number(values, "microSteps"),
                number(values, "microBatch"),
                number(values, "warmUp"),
                number(values, "rounds"),
                number(values, "steps"),
                number(values, "timeout"),
                Gpt.config()
                        .layers(number(values, "layers"))
                        .heads(number(values, "heads"))
                        .width(number(values, "width"))
                        .context(number(values, "context")),
                split(values.get("contestants")).stream().map(Contestant::named).toList());
    }

    private static Set<String> names() {
        return new TreeSet<>(DEFAULTS.keySet());
    }

    private static List<String> split(String value) {
        return Arrays.asList(value.split(","));
    }

    private static int number(Map<String, String> values, String name) {
        int number = Integer.parseInt(values.get(name));
        if (number < 1) {
            throw new IllegalArgumentException("Cannot use " + name + "=" + number + ": the value must be at least 1.");
        }
        return number;
    }

    /** Those of PyTorch, or ours. */
    List<Contestant> contestants(boolean pyTorch) {
        return contestants.stream()
                .filter(contestant -> contestant.pyTorch() == pyTorch)
                .toList();
    }

    /** Tokens of a step on so many hosts. */
    long tokens(int hostCount) {
        return (long) hostCount * ranksPerHost * microSteps * microBatch * config.context();
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
                "--micro-steps=" + microSteps,
                "--threads=1",
                "--timeout=" + timeoutSeconds);
    }
}
