package io.sparkmics.bootstrap.groups;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The groups of MiCS over a layout: {@code reshape(W/p, p)} of the ranks, rows are partition groups, columns are
 * replication groups; intra-node and inter-node groups cut each partition group by node.
 *
 * @param layout who is where
 * @param partitionGroupSize p, a divisor of W
 */
public record MicsGroups(ClusterLayout layout, int partitionGroupSize) {

    public MicsGroups {
        int worldSize = layout.worldSize();
        if (partitionGroupSize < 1 || worldSize % partitionGroupSize != 0) {
            List<Integer> divisors = IntStream.rangeClosed(1, worldSize)
                    .filter(size -> worldSize % size == 0)
                    .boxed()
                    .toList();
            throw new IllegalArgumentException("Cannot divide " + Names.count(worldSize, "rank")
                    + " into partition groups of " + partitionGroupSize
                    + ": the size must divide the number of ranks. Use one of " + divisors + ".");
        }
    }

    /** W/p, the number of partition groups and the size of each replication group. */
    public int replicationGroupSize() {
        return layout.worldSize() / partitionGroupSize;
    }

    /** The group of one kind that a rank is in. */
    public Group group(GroupKind kind, int rank) {
        int first = rank - rank % partitionGroupSize;
        IntStream ranks = switch (kind) {
            case PARTITION -> IntStream.range(first, first + partitionGroupSize);
            case REPLICATION ->
                IntStream.range(0, replicationGroupSize())
                        .map(row -> row * partitionGroupSize + rank % partitionGroupSize);
            case INTRA_NODE ->
                IntStream.range(first, first + partitionGroupSize).filter(other -> layout.sameNode(rank, other));
            case INTER_NODE ->
                IntStream.range(first, first + partitionGroupSize)
                        .filter(other -> localIndex(other) == localIndex(rank));
        };
        List<Integer> members = ranks.boxed().toList();
        return new Group(kind, members, members.indexOf(rank));
    }

    /** All groups of one kind, each once, by their first rank. */
    public List<List<Integer>> all(GroupKind kind) {
        return IntStream.range(0, layout.worldSize())
                .mapToObj(rank -> group(kind, rank).ranks())
                .distinct()
                .toList();
    }

    /** The number of this rank among those of its partition group on its node. */
    private int localIndex(int rank) {
        int first = rank - rank % partitionGroupSize;
        return (int) IntStream.range(first, rank)
                .filter(other -> layout.sameNode(rank, other))
                .count();
    }

    /** Whether any partition group spans nodes. */
    public boolean spansNodes() {
        return all(GroupKind.PARTITION).stream()
                .anyMatch(ranks -> countsByNode(ranks).size() > 1);
    }

    /** Why units can only be gathered flat; empty where hierarchical gather is possible. */
    public Optional<String> reasonForFlat() {
        if (!spansNodes()) {
            return Optional.of("every partition group is inside one node");
        }
        List<Integer> shape = countsByNode(all(GroupKind.PARTITION).get(0));
        for (List<Integer> ranks : all(GroupKind.PARTITION)) {
            List<Integer> counts = countsByNode(ranks);
            if (!counts.equals(shape) || counts.stream().distinct().count() > 1) {
                return Optional.of("partition group " + ranks + " has " + counts
                        + " ranks on its nodes, and every partition group needs the same number on each");
            }
        }
        return shape.get(0) == 1
                ? Optional.of("each partition group has one rank on each of its " + shape.size() + " nodes")
                : Optional.empty();
    }

    private List<Integer> countsByNode(List<Integer> ranks) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        ranks.forEach(rank -> counts.merge(layout.place(rank).node(), 1, Integer::sum));
        return new ArrayList<>(counts.values());
    }

    @Override
    public String toString() {
        int worldSize = layout.worldSize();
        String gather = reasonForFlat().map(reason -> "gather: flat, " + reason).orElseGet(() -> {
            int k = group(GroupKind.INTRA_NODE, 0).size();
            int n = partitionGroupSize / k;
            return "gather: hierarchical, p = " + partitionGroupSize + " = " + n + " nodes x " + k + " ranks";
        });
        return Stream.of(
                        Names.count(worldSize, "rank") + " = "
                                + Names.count(replicationGroupSize(), "partition group") + " of " + partitionGroupSize
                                + " = " + Names.count(partitionGroupSize, "replication group") + " of "
                                + replicationGroupSize(),
                        "partition groups: " + all(GroupKind.PARTITION),
                        "replication groups: " + all(GroupKind.REPLICATION),
                        gather)
                .collect(Collectors.joining("\n"));
    }
}
