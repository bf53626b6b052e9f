package io.sparkmics.plan.step;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Groups whose members talk inside each node first, and between nodes in rings with one member of each. All figures are parts of
 * the whole, for each turn.
 *
 * @param inside what all ranks together send inside their nodes
 * @param uneven what they send more, but for an all-reduce, in groups that have not as many members on every node
 * @param between what all nodes together send to others
 * @param busiest what the node sends that sends most
 * @param neighbours the most others that a member has on its node
 * @param passes how often a part is passed on between nodes
 */
record HostGroups(double inside, double uneven, double between, double busiest, int neighbours, int passes)
        implements Groups {

    /** @param firsts the first rank of each group; its others follow in steps of {@code stride} */
    static HostGroups of(Cluster cluster, IntStream firsts, int stride, int size) {
        double[] leaving = new double[cluster.nodes()];
        HostGroups all = firsts.mapToObj(first -> group(cluster, first, stride, size, leaving))
                .reduce(new HostGroups(0, 0, 0, 0, 0, 0), HostGroups::and);
        double busiest = DoubleStream.of(leaving).max().orElse(0);
        return new HostGroups(all.inside, all.uneven, all.between, busiest, all.neighbours, all.passes);
    }

    private static HostGroups group(Cluster cluster, int first, int stride, int size, double[] leaving) {
        Map<Integer, Long> nodes = IntStream.range(0, size)
                .boxed()
                .collect(Collectors.groupingBy(index -> cluster.node(first + index * stride), Collectors.counting()));
        double leaves = (nodes.size() - 1.0) / nodes.size();
        nodes.keySet().forEach(node -> leaving[node] += leaves);
        boolean even = nodes.values().stream().distinct().count() == 1;
        // What the ranks of a node have themselves is no slice of a ring.
        double uneven = nodes.values().stream()
                .mapToDouble(members -> members * (members - 1.0) / size)
                .sum();
        long most = nodes.values().stream().mapToLong(Long::longValue).max().orElseThrow();
        return new HostGroups(
                size - nodes.size(), even ? 0 : uneven, nodes.size() - 1, 0, (int) most - 1, nodes.size() - 1);
    }

    private HostGroups and(HostGroups other) {
        return new HostGroups(
                inside + other.inside,
                uneven + other.uneven,
                between + other.between,
                0,
                Math.max(neighbours, other.neighbours),
                Math.max(passes, other.passes));
    }

    /** Nodes pass on one part while their ranks are at the next. */
    @Override
    public Transfer transfer(Cluster cluster, double bytes, int turns) {
        double rank = turns * bytes * neighbours / (neighbours + 1);
        double node = turns * busiest * bytes;
        double seconds = Math.max(
                passes == 0 ? 0 : cluster.between().seconds(node, node / cluster.ranksPerNode(), turns * passes),
                neighbours == 0 ? 0 : cluster.inside().seconds(rank, rank, turns * neighbours));
        double more = turns == 1 ? uneven : 0;
        return new Transfer(seconds, (turns * inside + more) * bytes, turns * between * bytes);
    }
}
