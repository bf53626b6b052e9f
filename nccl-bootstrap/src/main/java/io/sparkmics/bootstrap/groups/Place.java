package io.sparkmics.bootstrap.groups;

import io.sparkmics.bootstrap.machine.Setting;
import java.util.Objects;
import java.util.Optional;

/**
 * Where one task of the barrier stage runs.
 *
 * @param partitionId the task's number in the barrier stage: not its rank
 * @param host the name or address that the executor is reached by; an IPv6 address without brackets, though Spark has them
 * @param node the label of the node that it counts for: the host, unless {@link Setting#NODE} gives it a label
 * @param gpu the address of the GPU that Spark gave to the task
 */
public record Place(int partitionId, String host, String node, Optional<String> gpu) {

    public Place {
        Objects.requireNonNull(gpu, "gpu is null");
        host = withoutBrackets(host);
        node = withoutBrackets(node);
        if (partitionId < 0 || host.isBlank() || node.isBlank()) {
            throw new IllegalArgumentException("Cannot place partition " + partitionId + " on host '" + host
                    + "', node '" + node + "': a place needs a partition of at least 0, a host and a node.");
        }
    }

    /** A place on this executor: the node is the label that was set for it, else the host. */
    public static Place here(int partitionId, String host, Optional<String> gpu) {
        return new Place(partitionId, host, Setting.NODE.value().orElse(host), gpu);
    }

    private static String withoutBrackets(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    @Override
    public String toString() {
        String where = node.equals(host) ? host : host + " (node " + node + ")";
        return "partition " + partitionId + " on " + where
                + gpu.map(address -> " with GPU " + address).orElse("");
    }
}
