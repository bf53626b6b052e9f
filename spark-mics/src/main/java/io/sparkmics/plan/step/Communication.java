package io.sparkmics.plan.step;

import java.util.stream.IntStream;

/**
 * The collectives of MiCS on a cluster. Every group of a kind talks at the same time, in a ring in rank order or inside nodes
 * first.
 *
 * @param hierarchical whether units are gathered between nodes first, then inside each
 */
record Communication(
        Cluster cluster,
        int partitionGroupSize,
        boolean hierarchical,
        Groups partition,
        Groups replication,
        Rings interNode,
        Rings intraNode) {

    static Communication of(Cluster cluster, int partitionGroupSize, boolean hierarchical) {
        return new Communication(
                cluster,
                partitionGroupSize,
                hierarchical,
                groups(cluster, Rings.multiples(partitionGroupSize, cluster.worldSize()), 1, partitionGroupSize),
                groups(
                        cluster,
                        IntStream.range(0, partitionGroupSize),
                        partitionGroupSize,
                        cluster.worldSize() / partitionGroupSize),
                hierarchical ? Rings.interNode(cluster, partitionGroupSize) : Rings.NONE,
                hierarchical ? Rings.partition(cluster, cluster.ranksPerNode()) : Rings.NONE);
    }

    private static Groups groups(Cluster cluster, IntStream firsts, int stride, int size) {
        return cluster.insideFirst()
                ? HostGroups.of(cluster, firsts, stride, size)
                : Rings.of(cluster, firsts, stride, size);
    }

    /** The gather of a unit: with p = 1 nothing is sent. Source: MiCS, sections 3.2 and 3.3. */
    Transfer gather(double unitBytes) {
        if (!hierarchical) {
            return partition.transfer(cluster, unitBytes, 1);
        }
        // A ring between nodes has one rank of each, so its whole is one in k parts of the unit; the ranks of a node
        // then
        // gather what each node's ranks have had, node by node.
        int nodes = interNode.size();
        Transfer betweenNodes = interNode.transfer(cluster, unitBytes / intraNode.size(), 1);
        Transfer insideNodes = intraNode.transfer(cluster, unitBytes / nodes, 1);
        return betweenNodes.and(insideNodes.times(nodes));
    }

    /** Hop 1 of a unit. */
    Transfer hopOne(double unitBytes) {
        return partition.transfer(cluster, unitBytes, 1);
    }

    /** How many ranks hold the same shard. */
    int replicas() {
        return cluster.worldSize() / partitionGroupSize;
    }

    /** Hop 2 of so much of a rank's shards. */
    Transfer hopTwo(double shardBytes) {
        return replication.transfer(cluster, shardBytes, 2);
    }
}
