package io.sparkmics.bootstrap;

import java.util.Objects;
import java.util.Optional;

/**
 * Where one task of the barrier stage runs.
 *
 * @param partitionId the task's number in the barrier stage: not its rank
 * @param host the name or address that the executor is reached by
 * @param node the label of the node that it counts for: the host, unless a label was set
 * @param gpu the address of the GPU that Spark gave to the task
 */
public record Place(int partitionId, String host, String node, Optional<String> gpu) {

    /** The environment variable that overrides the host in the layout. */
    public static final String NODE_VARIABLE = "SPARK_MICS_NODE";

    /** The system property that does the same, and is asked first. */
    public static final String NODE_PROPERTY = "spark.mics.node";

    public Place {
        Objects.requireNonNull(gpu, "gpu is null");
        if (partitionId < 0 || host.isBlank() || node.isBlank()) {
            throw new IllegalArgumentException("Cannot place partition " + partitionId + " on host '" + host
                    + "', node '" + node + "': a place needs a partition of at least 0, a host and a node.");
        }
    }

    /** A place on this executor: the node is the label that was set for it, else the host. */
    public static Place here(int partitionId, String host, Optional<String> gpu) {
        String label = System.getProperty(NODE_PROPERTY, System.getenv(NODE_VARIABLE));
        return new Place(partitionId, host, label == null || label.isBlank() ? host : label.strip(), gpu);
    }

    @Override
    public String toString() {
        String where = node.equals(host) ? host : host + " (node " + node + ")";
        return "partition " + partitionId + " on " + where
                + gpu.map(address -> " with GPU " + address).orElse("");
    }
}
