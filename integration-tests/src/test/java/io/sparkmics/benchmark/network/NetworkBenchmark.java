package io.sparkmics.benchmark.network;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How fast each way of training is where links are what limits it: ours with every p, and PyTorch's, in turns over the same links.
 * Prints a table for each number of hosts and each rate.
 */
final class NetworkBenchmark {

    private final NetworkOptions options;
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    private NetworkBenchmark(NetworkOptions options) {
        this.options = options;
    }

    /** @param arguments see {@link NetworkOptions} */
    public static void main(String[] arguments) {
        try {
            NetworkBenchmark benchmark = new NetworkBenchmark(NetworkOptions.parse(arguments));
            // After Ctrl-C too.
            Runtime.getRuntime().addShutdownHook(new Thread(benchmark::close));
            for (int hosts : benchmark.options.hosts()) {
                benchmark.measure(hosts);
                benchmark.close();
            }
        } catch (IOException | IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    /** What was opened first is closed last. */
    private synchronized void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                System.err.println("Cannot clean up: " + e.getMessage());
            }
        }
    }

    private synchronized <T extends AutoCloseable> T keep(T opened) {
        open.push(opened);
        return opened;
    }

    private void measure(int hosts) throws IOException {
        Path folder = Files.createTempDirectory("network-benchmark");
        keep(() -> delete(folder));
        VirtualNetwork network = keep(new VirtualNetwork(hosts));
        network.open();
        Team ours = keep(new Team(network, hosts, options, folder));
        Team pyTorch = keep(new Team(network, hosts, options, folder));
        ours.ours();
        if (!options.contestants(true).isEmpty()) {
            pyTorch.pyTorch();
        }
        Map<Contestant, Team> teams = new EnumMap<>(Contestant.class);
        options.contestants().forEach(contestant -> teams.put(contestant, contestant.pyTorch() ? pyTorch : ours));
        Map<Contestant, List<Turn>> warmUps = turns(teams, 1, options.warmUp(), "warm-up");
        for (Rate rate : options.rates()) {
            network.shape(rate);
            Map<Contestant, List<Turn>> rounds = turns(teams, options.rounds(), options.steps(), rate.text());
            System.out.println(new NetworkTable(options, hosts, rate, warmUps, rounds).text());
        }
    }

    private Map<Contestant, List<Turn>> turns(Map<Contestant, Team> teams, int rounds, int steps, String what)
            throws IOException {
        Map<Contestant, List<Turn>> turns = new EnumMap<>(Contestant.class);
        for (int round = 0; round < rounds; round++) {
            for (Contestant contestant : options.contestants()) {
                Turn turn = teams.get(contestant).take(contestant, steps);
                turns.computeIfAbsent(contestant, c -> new ArrayList<>()).add(turn);
                System.err.printf(
                        Locale.ROOT,
                        "%s, round %d of %d, %s: %.3f s a step, loss %.6f%n",
                        what,
                        round + 1,
                        rounds,
                        contestant.label(),
                        turn.secondsOfStep(),
                        turn.losses().get(steps - 1));
            }
        }
        return turns;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
