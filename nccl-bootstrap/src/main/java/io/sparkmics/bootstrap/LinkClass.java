package io.sparkmics.bootstrap;

/** Whether bytes stay inside a node or cross the network between nodes. */
public enum LinkClass {
    INSIDE_NODE,
    BETWEEN_NODES
}
