package io.sparkmics.bootstrap.groups;

/** The four kinds of group that MiCS talks in. Every rank is in exactly one group of each kind. */
public enum GroupKind {
    /** The p consecutive ranks that together hold one copy of the model states. */
    PARTITION,
    /** The W/p ranks that hold the same shard. */
    REPLICATION,
    /** The ranks of one partition group that share a node. */
    INTRA_NODE,
    /** The ranks of one partition group that have the same local index, one on each of its nodes. */
    INTER_NODE
}
