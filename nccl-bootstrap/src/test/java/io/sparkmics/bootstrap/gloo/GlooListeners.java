package io.sparkmics.bootstrap.gloo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Where this process listens, as the kernel tells. */
final class GlooListeners {

    private static final String LISTEN = "0A";

    private GlooListeners() {}

    /** The ports on 127.0.0.1. */
    static List<Integer> ports() throws IOException {
        return addresses().stream()
                .filter(address -> address.startsWith("127.0.0.1:"))
                .map(address -> Integer.valueOf(address.substring(address.indexOf(':') + 1)))
                .toList();
    }

    /** The addresses and ports that this process listens on. */
    static Set<String> addresses() throws IOException {
        Set<String> inodes;
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            inodes = descriptors.map(GlooListeners::target).collect(Collectors.toSet());
        }
        Set<String> addresses = new TreeSet<>();
        for (String table : List.of("tcp", "tcp6")) {
            try (Stream<String> lines = Files.lines(Path.of("/proc/self/net", table))) {
                lines.skip(1)
                        .map(line -> line.strip().split("\\s+"))
                        .filter(fields -> fields[3].equals(LISTEN) && inodes.contains("socket:[" + fields[9] + "]"))
                        .forEach(fields -> addresses.add(address(fields[1])));
            }
        }
        return addresses;
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closedMeanwhile) {
            return "";
        }
    }

    /** The kernel writes an IPv4 address as one little-endian number in hexadecimal. */
    private static String address(String hexadecimal) {
        String[] parts = hexadecimal.split(":");
        if (parts[0].length() != 8) {
            return hexadecimal;
        }
        long number = Long.parseLong(parts[0], 16);
        return String.join(
                ".",
                Long.toString(number & 255),
                Long.toString(number >> 8 & 255),
                Long.toString(number >> 16 & 255),
                (number >> 24 & 255) + ":" + Integer.parseInt(parts[1], 16));
    }
}
