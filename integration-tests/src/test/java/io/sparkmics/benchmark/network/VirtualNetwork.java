package io.sparkmics.benchmark.network;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Hosts that are network namespaces, each with one link to a switch, which is a bridge in a namespace of its own: nothing of
 * the machine's own network takes part. Both ends of each link can be shaped. When the last process has left and this is
 * closed all of it is gone. May be closed by another thread at any time.
 */
final class VirtualNetwork implements AutoCloseable {

    /** Of the interface of each host. */
    static final String INTERFACE = "eth0";

    private static final String PREFIX = "spark-mics-";

    /** How long a packet may wait where more come than may pass: then it is lost, and TCP slows down. */
    private static final String QUEUE = "50ms";

    private final String name;
    private final List<String> ports;
    private final Deque<String> namespaces = new ArrayDeque<>();
    private boolean closed;

    /** Nothing is made yet. */
    VirtualNetwork(int hosts) {
        name = PREFIX + ProcessHandle.current().pid();
        ports = IntStream.range(0, hosts).mapToObj(host -> "port-" + host).toList();
    }

    /**
     * Makes the hosts, with links that are not shaped.
     *
     * @throws IOException with a sentence for people, where the machine does not allow it
     */
    void open() throws IOException {
        check();
        deleteLeft();
        build();
    }

    private static void check() throws IOException {
        if (!System.getProperty("os.name").equals("Linux")) {
            throw new IOException(
                    "Cannot make network namespaces on " + System.getProperty("os.name") + ": only Linux has them.");
        }
        if (!Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
            throw new IOException("Cannot make network namespaces as " + System.getProperty("user.name")
                    + ": only root may. Run the same command as root.");
        }
        for (String program : List.of("ip -V", "tc -V")) {
            try {
                Shell.run(program);
            } catch (IOException e) {
                throw new IOException(
                        "Cannot make network namespaces: there is no program " + program.split(" ")[0]
                                + ". Install iproute2.",
                        e);
            }
        }
    }

    /** Of a benchmark that was killed. */
    private static void deleteLeft() throws IOException {
        for (String line : Shell.run("ip netns list").lines().toList()) {
            String namespace = line.split(" ")[0];
            if (namespace.matches(PREFIX + "[0-9]+-.*")) {
                long owner = Long.parseLong(namespace.split("-")[2]);
                Optional<ProcessHandle> alive = ProcessHandle.of(owner);
                if (alive.isEmpty()) {
                    Shell.run("ip netns delete " + namespace);
                }
            }
        }
    }

    private void build() throws IOException {
        String bridge = add("switch");
        Shell.run("ip -n " + bridge + " link add bridge type bridge");
        Shell.run("ip -n " + bridge + " link set bridge up");
        for (int host = 0; host < ports.size(); host++) {
            String namespace = add("host-" + host);
            String port = ports.get(host);
            Shell.run("ip -n " + bridge + " link add " + port + " type veth peer name " + INTERFACE + " netns "
                    + namespace);
            Shell.run("ip -n " + bridge + " link set " + port + " master bridge up");
            Shell.run("ip -n " + namespace + " address add " + address(host) + "/24 dev " + INTERFACE);
            Shell.run("ip -n " + namespace + " link set " + INTERFACE + " up");
            Shell.run("ip -n " + namespace + " link set lo up");
        }
    }

    private synchronized String add(String suffix) throws IOException {
        if (closed) {
            throw new IOException("Cannot make a network namespace: the network is closed.");
        }
        String namespace = name + "-" + suffix;
        Shell.run("ip netns add " + namespace);
        namespaces.push(namespace);
        return namespace;
    }

    /** So much and no more goes over each link in each direction from now on. */
    void shape(Rate rate) throws IOException {
        for (int host = 0; host < ports.size(); host++) {
            shape(namespace(host), INTERFACE, rate);
            shape(name + "-switch", ports.get(host), rate);
        }
    }

    private static void shape(String namespace, String device, Rate rate) throws IOException {
        Shell.run("tc -n " + namespace + " qdisc replace dev " + device + " root tbf rate " + rate.text() + " burst "
                + rate.burst() + " latency " + QUEUE);
    }

    private String namespace(int host) {
        return name + "-host-" + host;
    }

    /** Of the host, for the others. */
    String address(int host) {
        return "10.77.0." + (host + 1);
    }

    /** What a command becomes that runs on the host. */
    List<String> on(int host, List<String> command) {
        List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", namespace(host)));
        words.addAll(command);
        return words;
    }

    /** What went over the links until now. */
    InterfaceBytes bytes() throws IOException {
        return InterfaceBytes.ofPorts(Shell.run("ip netns exec " + name + "-switch cat /proc/net/dev"), ports);
    }

    @Override
    public synchronized void close() {
        closed = true;
        // Links go with their ends. What cannot be deleted must not keep the others.
        while (!namespaces.isEmpty()) {
            String namespace = namespaces.pop();
            try {
                Shell.run("ip netns delete " + namespace);
            } catch (IOException e) {
                System.err.println(e.getMessage());
            }
        }
    }
}
