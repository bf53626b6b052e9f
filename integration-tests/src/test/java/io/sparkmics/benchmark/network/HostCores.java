package io.sparkmics.benchmark.network;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/**
 * The processors of hosts: all processes of one are in a control group. When the last process has left and this is closed the
 * groups are gone. May be closed by another thread at any time.
 */
final class HostCores implements AutoCloseable {

    private static final String PREFIX = "spark-mics-";
    private static final String PROCESSES = "cgroup.procs";

    /** A group can be deleted when the kernel has done with its last process. */
    private static final int TRIES = 50;

    private static final int PAUSE_MILLIS = 100;

    private final ControlGroups.Mounted groups;
    private final List<Path> hosts;
    private final Deque<Path> made = new ArrayDeque<>();
    private boolean closed;

    private HostCores(ControlGroups.Mounted groups, int hosts) {
        this.groups = groups;
        this.hosts = Stream.iterate(0, host -> host + 1)
                .limit(hosts)
                .map(host ->
                        groups.mount().resolve(PREFIX + ProcessHandle.current().pid() + "-host-" + host))
                .toList();
    }

    /** How many cores, from a command line. */
    static double checked(String text) {
        double cores = Double.parseDouble(text);
        if (!(cores >= ControlGroups.LEAST_CORES && cores < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("Cannot hold hosts to " + text + " cores: the kernel takes no less than "
                    + ControlGroups.LEAST_CORES + ". Use more, as 0.2.");
        }
        return cores;
    }

    /** Whether this machine has as many for each host. */
    static void check(double cores, int hosts) {
        int machine = Runtime.getRuntime().availableProcessors();
        if (hosts * cores > machine) {
            throw new IllegalArgumentException(
                    "Cannot give each of " + hosts + " hosts " + cores + " cores: this machine has " + machine
                            + ". Use " + (double) machine / hosts + " at most, or fewer hosts.");
        }
    }

    /**
     * Groups that hold nobody back yet.
     *
     * @throws IOException with a sentence for people, where the machine does not allow it
     */
    static HostCores open(int hosts) throws IOException {
        ControlGroups.Mounted groups = ControlGroups.find(Files.readString(Path.of("/proc/self/mounts")))
                .orElseThrow(() -> new IOException("Cannot hold hosts to some cores: neither cgroup2 nor cgroup is"
                        + " mounted with a cpu controller. Mount one, or leave out cores."));
        return open(groups, hosts);
    }

    static HostCores open(ControlGroups.Mounted groups, int hosts) throws IOException {
        HostCores cores = new HostCores(groups, hosts);
        try {
            cores.deleteLeft();
            groups.version().offerBelow(groups.mount());
            for (Path host : cores.hosts) {
                cores.make(host);
            }
            return cores;
        } catch (IOException e) {
            cores.close();
            throw new IOException(
                    "Cannot hold hosts to some cores: groups below " + groups.mount() + " cannot be made (" + e
                            + "). Run as root outside of containers, or leave out cores.",
                    e);
        }
    }

    /** Of a benchmark that was killed, with what still runs of it. */
    private void deleteLeft() throws IOException {
        try (Stream<Path> all = Files.list(groups.mount())) {
            for (Path group : all.toList()) {
                String name = group.getFileName().toString();
                if (name.matches(PREFIX + "[0-9]+-host-[0-9]+")
                        && ProcessHandle.of(Long.parseLong(name.split("-")[2])).isEmpty()) {
                    delete(group);
                }
            }
        }
    }

    private synchronized void make(Path host) throws IOException {
        if (closed) {
            throw new IOException("the benchmark has ended");
        }
        Files.createDirectory(host);
        made.push(host);
    }

    /** The process, and those that it starts from now on, are this host's. */
    void add(int host, long process) throws IOException {
        Files.writeString(hosts.get(host).resolve(PROCESSES), Long.toString(process));
    }

    /** From now on each host has so many cores and no more. */
    void hold(double cores) throws IOException {
        for (Path host : hosts) {
            groups.version().hold(host, cores);
        }
    }

    private static void delete(Path group) throws IOException {
        for (int tried = 1; ; tried++) {
            try {
                for (String process : Files.readAllLines(group.resolve(PROCESSES))) {
                    ProcessHandle.of(Long.parseLong(process)).ifPresent(ProcessHandle::destroyForcibly);
                }
                Files.delete(group);
                return;
            } catch (IOException e) {
                if (tried == TRIES) {
                    throw e;
                }
                pause();
            }
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        while (!made.isEmpty()) {
            Path group = made.pop();
            try {
                delete(group);
            } catch (IOException e) {
                System.err.println("Cannot delete the control group " + group + ": " + e);
            }
        }
    }
}
