package io.sparkmics.plan.step;

/**
 * Ranks on nodes: the first {@code ranksPerNode} on the first, and so on; the last may have fewer.
 *
 * @param worldSize W
 * @param ranksPerNode k
 * @param inside the link that each rank has to its neighbours on the node
 * @param between the link that a node has to the others, which its ranks share
 * @param insideFirst whether groups that span nodes talk inside each node first, as ranks do that share memory; else in one ring
 */
public record Cluster(
        int worldSize, int ranksPerNode, Processor processor, Link inside, Link between, boolean insideFirst) {

    /** More than anyone has: what is tried out for each divisor of W should take no time. */
    public static final int MOST_RANKS = 1 << 16;

    public Cluster {
        if (worldSize < 1 || worldSize > MOST_RANKS || ranksPerNode < 1) {
            throw new IllegalArgumentException("Cannot plan for " + worldSize + " ranks, " + ranksPerNode
                    + " on a node: both must be positive, and the ranks " + MOST_RANKS + " at most.");
        }
    }

    /** Groups talk in one ring each. */
    public Cluster(int worldSize, int ranksPerNode, Processor processor, Link inside, Link between) {
        this(worldSize, ranksPerNode, processor, inside, between, false);
    }

    /** The same, of ranks that share the memory of their node. */
    public Cluster talkingInsideFirst() {
        return new Cluster(worldSize, ranksPerNode, processor, inside, between, true);
    }

    /** So many nodes of the same kind, all full. */
    public Cluster nodes(int count) {
        return new Cluster(
                Math.multiplyExact(count, ranksPerNode), ranksPerNode, processor, inside, between, insideFirst);
    }

    public int nodes() {
        return (worldSize + ranksPerNode - 1) / ranksPerNode;
    }

    int node(int rank) {
        return rank / ranksPerNode;
    }

    public Cluster with(Processor changed) {
        return new Cluster(worldSize, ranksPerNode, changed, inside, between, insideFirst);
    }

    public Cluster with(Link changedInside, Link changedBetween) {
        return new Cluster(worldSize, ranksPerNode, processor, changedInside, changedBetween, insideFirst);
    }

    /** Whether partition groups of this size fill several whole nodes, each with several ranks: see {@code MicsGroups}. */
    public boolean allowsHierarchical(int partitionGroupSize) {
        return ranksPerNode > 1 && partitionGroupSize > ranksPerNode && partitionGroupSize % ranksPerNode == 0;
    }
}
