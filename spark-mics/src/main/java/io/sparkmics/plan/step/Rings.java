package io.sparkmics.plan.step;

import java.util.stream.IntStream;

/**
 * Rings of ranks that talk at the same time, all of one size: how many of their steps from a rank to the next stay inside a
 * node, how many leave one, and how many leave the node that most leave.
 */
record Rings(int size, int inside, int between, int busiest) implements Groups {

    static final Rings NONE = new Rings(1, 0, 0, 0);

    /** So many consecutive ranks each: with k the ranks of a node. */
    static Rings partition(Cluster cluster, int size) {
        return of(cluster, multiples(size, cluster.worldSize()), 1, size);
    }

    /** The ranks of a partition group with the same place on their nodes. */
    static Rings interNode(Cluster cluster, int partitionGroupSize) {
        int k = cluster.ranksPerNode();
        IntStream first =
                multiples(partitionGroupSize, cluster.worldSize()).flatMap(begin -> IntStream.range(begin, begin + k));
        return of(cluster, first, k, partitionGroupSize / k);
    }

    static IntStream multiples(int size, int end) {
        return IntStream.range(0, end / size).map(group -> group * size);
    }

    static Rings of(Cluster cluster, IntStream firsts, int stride, int size) {
        int[] leaving = new int[cluster.nodes()];
        int[] staying = {0};
        firsts.forEach(first -> {
            for (int index = 0; index < size && size > 1; index++) {
                int node = cluster.node(first + index * stride);
                if (node == cluster.node(first + (index + 1) % size * stride)) {
                    staying[0]++;
                } else {
                    leaving[node]++;
                }
            }
        });
        return new Rings(
                size,
                staying[0],
                IntStream.of(leaving).sum(),
                IntStream.of(leaving).max().orElse(0));
    }

    @Override
    public Transfer transfer(Cluster cluster, double bytes, int turns) {
        if (size < 2) {
            return Transfer.NONE;
        }
        double each = turns * (size - 1.0) / size * bytes;
        int passes = turns * (size - 1);
        double seconds = Math.max(
                between == 0 ? 0 : cluster.between().seconds(busiest * each, each, passes),
                inside == 0 ? 0 : cluster.inside().seconds(each, each, passes));
        return new Transfer(seconds, inside * each, between * each);
    }
}
