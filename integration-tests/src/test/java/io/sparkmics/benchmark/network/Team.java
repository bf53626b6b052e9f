package io.sparkmics.benchmark.network;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The ranks of all hosts that are of one kind, each with all contestants of this kind, so that those can take turns. Ours are
 * the threads of one process on each host, as those of a Spark executor are; those of PyTorch are processes. May be closed by
 * another thread at any time.
 */
final class Team implements AutoCloseable {

    private final VirtualNetwork network;
    private final Optional<HostCores> cores;
    private final int hosts;
    private final NetworkOptions options;
    private final Path folder;
    private final List<RankProcess> processes = new CopyOnWriteArrayList<>();
    private boolean closed;

    /**
     * Nobody has started yet.
     *
     * @param cores of the hosts, where they have some of their own
     */
    Team(VirtualNetwork network, Optional<HostCores> cores, int hosts, NetworkOptions options, Path folder) {
        this.network = network;
        this.cores = cores;
        this.hosts = hosts;
        this.options = options;
        this.folder = folder;
    }

    /** Starts ours, and waits until they have met. */
    void ours() throws IOException {
        List<String> java = new ArrayList<>();
        java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        java.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        java.addAll(List.of("-cp", System.getProperty("java.class.path"), NetworkRanks.class.getName()));
        for (int host = 0; host < hosts; host++) {
            List<String> command = new ArrayList<>(java);
            command.addAll(settings(false));
            command.add("--folder=" + folder);
            command.add("--hosts=" + hosts);
            command.add("--host=" + host);
            command.add("--address=" + network.address(host));
            command.add("--k=" + options.ranksPerHost());
            start(host, command, Map.of(), "ours-" + host, options.ranksPerHost());
        }
        await();
    }

    /** Starts those of PyTorch, and waits until they have met. Ours have met before: their weights are what these begin with. */
    void pyTorch() throws IOException {
        String python = Optional.ofNullable(System.getenv("SPARK_MICS_PYTHON")).orElse("python3");
        int k = options.ranksPerHost();
        for (int rank = 0; rank < hosts * k; rank++) {
            List<String> command = new ArrayList<>(List.of(python, "network/pytorch.py", "--fused"));
            command.addAll(settings(true));
            command.add("--store=" + folder.resolve("store"));
            command.add("--rank=" + rank);
            command.add("--world=" + hosts * k);
            command.add("--local=" + k);
            Map<String, String> environment =
                    Map.of("GLOO_SOCKET_IFNAME", VirtualNetwork.INTERFACE, "OMP_NUM_THREADS", "1");
            start(rank / k, command, environment, "pytorch-" + rank, 1);
        }
        await();
    }

    private List<String> settings(boolean pyTorch) {
        List<String> settings = new ArrayList<>(options.sizes());
        settings.add("--weights=" + folder.resolve("weights"));
        settings.add("--contestants=" + Contestant.ids(options.contestants(pyTorch)));
        return settings;
    }

    private synchronized void start(
            int host, List<String> command, Map<String, String> environment, String name, int ranks)
            throws IOException {
        if (closed) {
            throw new IOException("Cannot start " + name + ": the benchmark has ended.");
        }
        RankProcess process = new RankProcess(
                network.on(host, command), environment, folder.resolve(name + ".log"), ranks, options.timeoutSeconds());
        processes.add(process);
        if (cores.isPresent()) {
            cores.get().add(host, process.pid());
        }
    }

    private void await() throws IOException {
        for (RankProcess process : processes) {
            process.ready();
        }
    }

    /** All ranks train so many steps. */
    Turn take(Contestant contestant, int steps, int microSteps) throws IOException {
        double cpu = cpuSeconds();
        InterfaceBytes bytes = network.bytes();
        processes.forEach(process -> process.order(contestant.id() + " " + steps + " " + microSteps));
        List<List<Double>> answers = new ArrayList<>();
        for (RankProcess process : processes) {
            answers.addAll(process.answers());
        }
        return Turn.of(answers, steps, cpuSeconds() - cpu, network.bytes().since(bytes));
    }

    private double cpuSeconds() {
        return processes.stream().mapToDouble(RankProcess::cpuSeconds).sum();
    }

    @Override
    public synchronized void close() {
        closed = true;
        processes.forEach(RankProcess::close);
    }
}
