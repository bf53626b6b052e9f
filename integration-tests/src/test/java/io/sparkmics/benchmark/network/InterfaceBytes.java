package io.sparkmics.benchmark.network;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What the hosts' interfaces have counted, by host, heads of all layers included.
 *
 * @param sent by the host
 * @param received by the host
 */
record InterfaceBytes(List<Long> sent, List<Long> received) {

    private static final int RECEIVED = 0;
    private static final int SENT = 8;

    /**
     * Of the switch's ports: what a host has sent its port has received.
     *
     * @param table as in {@code /proc/net/dev}
     * @param ports by host
     */
    static InterfaceBytes ofPorts(String table, List<String> ports) {
        return new InterfaceBytes(
                ports.stream().map(port -> field(table, port, RECEIVED)).toList(),
                ports.stream().map(port -> field(table, port, SENT)).toList());
    }

    private static long field(String table, String port, int index) {
        String counters = table.lines()
                .map(String::strip)
                .filter(line -> line.startsWith(port + ":"))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("Cannot count bytes: there is no " + port + " among\n" + table))
                .substring(port.length() + 1);
        return Long.parseLong(counters.strip().split("\\s+")[index]);
    }

    InterfaceBytes since(InterfaceBytes before) {
        return new InterfaceBytes(minus(sent, before.sent), minus(received, before.received));
    }

    private static List<Long> minus(List<Long> now, List<Long> then) {
        return IntStream.range(0, now.size())
                .mapToObj(host -> now.get(host) - then.get(host))
                .toList();
    }

    /** One direction of the link that most went over. */
    long busiest() {
        return IntStream.range(0, sent.size())
                .mapToLong(host -> Math.max(sent.get(host), received.get(host)))
                .max()
                .orElseThrow();
    }
}
