package io.sparkmics.bootstrap.groups;

/** How a unit is gathered when its partition group spans nodes. The result is the same, bit for bit. */
public enum GatherMode {
    /** One all-gather over the partition group. */
    FLAT,
    /** Between nodes first, then inside each node; an error where the layout does not allow it. */
    HIERARCHICAL,
    /** Hierarchical where the layout allows it, flat elsewhere. */
    AUTOMATIC
}
