package io.sparkmics.benchmark.network;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How fast each way of training is where links are what limits it: ours with every p, and PyTorch's, in turns over the same
 * links. Prints a table for each number of hosts, of micro-steps and each rate as soon as it is measured, and at the end all of
 * them, with what shows in several together, and pictures.
 */
final class NetworkBenchmark {

    private static final String ROWS = "rows.jsonl";
    private static final String REPORT = "report.md";

    private final NetworkOptions options;
    private final List<NetworkRow> rows = new ArrayList<>();
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
            if (benchmark.options.recorded().isEmpty()) {
                benchmark.measure();
            } else {
                benchmark.read();
            }
            benchmark.report();
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

    private void read() throws IOException {
        for (Path file : options.recorded()) {
            rows.addAll(NetworkRow.read(file));
        }
    }

    private void measure() throws IOException {
        options.cores().ifPresent(cores -> HostCores.check(cores, Collections.max(options.hosts())));
        Files.createDirectories(options.folder());
        Files.deleteIfExists(options.folder().resolve(ROWS));
        for (int hosts : options.hosts()) {
            measure(hosts);
            close();
        }
    }

    private void report() throws IOException {
        NetworkReport report = new NetworkReport(rows);
        Files.createDirectories(options.folder());
        Files.writeString(options.folder().resolve(REPORT), report.text());
        System.out.println(report.text());
        report.pictures(options.folder()).forEach(System.out::println);
    }

    private void measure(int hosts) throws IOException {
        Path folder = Files.createTempDirectory("network-benchmark");
        keep(() -> delete(folder));
        VirtualNetwork network = keep(new VirtualNetwork(hosts));
        network.open();
        Optional<HostCores> cores =
                options.cores().isPresent() ? Optional.of(keep(HostCores.open(hosts))) : Optional.empty();
        Map<Contestant, Team> teams = teams(hosts, network, cores, folder);
        Map<Contestant, List<Turn>> warmUps =
                turns(teams, 1, options.warmUp(), options.microSteps().get(0), "warm-up");
        if (cores.isPresent()) {
            cores.get().hold(options.cores().getAsDouble());
        }
        for (int microSteps : options.microSteps()) {
            for (Rate rate : options.rates()) {
                network.shape(rate);
                String what = String.format(Locale.ROOT, "%d hosts, %s, s = %d", hosts, rate.text(), microSteps);
                Map<Contestant, List<Turn>> rounds = turns(teams, options.rounds(), options.steps(), microSteps, what);
                add(new Measured(NetworkSetting.of(options, hosts, rate), microSteps, warmUps, rounds).rows());
            }
        }
    }

    private void add(List<NetworkRow> measured) throws IOException {
        for (NetworkRow row : measured) {
            row.appendTo(options.folder().resolve(ROWS));
        }
        rows.addAll(measured);
        System.out.println(NetworkTable.text(measured));
    }

    private Map<Contestant, Team> teams(int hosts, VirtualNetwork network, Optional<HostCores> cores, Path folder)
            throws IOException {
        Team ours = keep(new Team(network, cores, hosts, options, folder));
        Team pyTorch = keep(new Team(network, cores, hosts, options, folder));
        ours.ours();
        if (!options.contestants(true).isEmpty()) {
            pyTorch.pyTorch();
        }
        Map<Contestant, Team> teams = new LinkedHashMap<>();
        options.contestants().forEach(contestant -> teams.put(contestant, contestant.pyTorch() ? pyTorch : ours));
        return teams;
    }

    private Map<Contestant, List<Turn>> turns(
            Map<Contestant, Team> teams, int rounds, int steps, int microSteps, String what) throws IOException {
        Map<Contestant, List<Turn>> turns = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (Contestant contestant : options.contestants()) {
                Turn turn = teams.get(contestant).take(contestant, steps, microSteps);
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
