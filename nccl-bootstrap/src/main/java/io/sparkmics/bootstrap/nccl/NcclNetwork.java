package io.sparkmics.bootstrap.nccl;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What NCCL reaches other hosts over. It says so to nothing but its own log, so it is read off the process, once a
 * communicator is there: a network plugin that does not work is unloaded again, and the adapters that NCCL uses by itself it
 * keeps open.
 *
 * @param plugins the network plugins that are loaded
 * @param opened the adapters of {@code adapters} that the process has open
 * @param adapters the host's adapters for remote memory access of which a port is up, by name: InfiniBand, RoCE, EFA
 * @param efa whether one of those is an EFA, which NCCL can use through a plugin alone
 */
record NcclNetwork(List<String> plugins, List<String> opened, List<String> adapters, boolean efa) {

    private static final Logger LOG = LoggerFactory.getLogger(NcclNetwork.class);

    /** Writes it to the log of this process. Comes behind the first collective between the hosts. */
    static void log() {
        NcclNetwork network = of(Path.of("/proc/self"), Path.of("/sys/class"));
        network.warning().ifPresentOrElse(LOG::warn, () -> LOG.info(network.describe()));
    }

    /**
     * @param process as {@code /proc/self}
     * @param devices as {@code /sys/class}
     */
    static NcclNetwork of(Path process, Path devices) {
        List<String> adapters = new ArrayList<>();
        boolean efa = false;
        for (Path adapter : children(devices.resolve("infiniband"))) {
            if (children(adapter.resolve("ports")).stream()
                    .anyMatch(port -> firstLine(port.resolve("state")).contains("ACTIVE"))) {
                adapters.add(adapter.getFileName().toString());
                efa |= target(adapter.resolve("device/driver")).endsWith("/efa");
            }
        }
        return new NcclNetwork(
                plugins(process.resolve("maps")),
                opened(process.resolve("fd"), devices.resolve("infiniband_verbs")),
                adapters,
                efa);
    }

    /** As in {@code NCCL reaches other hosts over plain sockets.} */
    String describe() {
        return "NCCL reaches other hosts over "
                + (!plugins.isEmpty()
                        ? String.join(", ", plugins) + (opened.isEmpty() ? "" : " with " + String.join(", ", opened))
                        : opened.isEmpty() ? "plain sockets" : String.join(", ", opened))
                + ".";
    }

    /** The same with what is wrong with it, where this host has faster ways than are used; empty where it has not. */
    Optional<String> warning() {
        if (!plugins.isEmpty() || !opened.isEmpty() || adapters.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                "NCCL reaches other hosts over plain sockets, and this host has " + String.join(", ", adapters)
                        + (efa
                                ? ". Have the executors find libnccl-net.so of aws-ofi-nccl in LD_LIBRARY_PATH, and give a"
                                        + " container the devices vpc.amazonaws.com/efa"
                                : ". Give a container /dev/infiniband and libibverbs.so.1, and unset NCCL_IB_DISABLE and NCCL_NET")
                        + ", and let the process lock as much memory as it likes (ulimit -l).");
    }

    /** By their names, as aws-ofi-nccl's libnccl-net-ofi.so. */
    private static List<String> plugins(Path maps) {
        try (Stream<String> lines = Files.lines(maps, StandardCharsets.ISO_8859_1)) {
            return lines.map(line -> line.substring(line.lastIndexOf('/') + 1))
                    .filter(file -> file.matches("libnccl-?net.*\\.so.*"))
                    .distinct()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static List<String> opened(Path descriptors, Path verbs) {
        Collection<String> adapters = new TreeSet<>();
        for (Path descriptor : children(descriptors)) {
            String file = target(descriptor);
            if (file.startsWith("/dev/infiniband/uverbs")) {
                adapters.add(firstLine(
                        verbs.resolve(file.substring(file.lastIndexOf('/') + 1)).resolve("ibdev")));
            }
        }
        adapters.remove("");
        return List.copyOf(adapters);
    }

    private static List<Path> children(Path folder) {
        List<Path> children = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder)) {
            found.forEach(children::add);
        } catch (IOException e) {
            // No such hardware, or nobody may look.
            return List.of();
        }
        children.sort(null);
        return children;
    }

    private static String firstLine(Path file) {
        try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
            return lines.findFirst().orElse("").strip();
        } catch (IOException e) {
            return "";
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }
}
