package io.sparkmics.bootstrap.traffic;

/** Whether bytes stay inside a node or cross the network between nodes. */
public enum LinkClass {
    INSIDE_NODE,
    BETWEEN_NODES
}
