package io.sparkmics.bootstrap.groups;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which rank is where. Ranks are sorted by node, then host, then partition id: consecutive ranks share a node, and every
 * task finds the same order, whatever order Spark launched them in.
 *
 * @param places by rank
 */
public record ClusterLayout(List<Place> places) {

    private static final Comparator<Place> BY_NODE =
            Comparator.comparing(Place::node).thenComparing(Place::host).thenComparing(Place::partitionId);

    public ClusterLayout {
        places = places.stream().sorted(BY_NODE).toList();
        checkPartitions(places);
        checkGpus(places);
    }

    private static void checkPartitions(List<Place> places) {
        List<Integer> partitions =
                places.stream().map(Place::partitionId).sorted().toList();
        List<Integer> wanted = IntStream.range(0, places.size()).boxed().toList();
        if (places.isEmpty() || !partitions.equals(wanted)) {
            throw new IllegalArgumentException("Cannot lay out the ranks: the partitions are " + partitions
                    + ", and each from 0 to the number of tasks, exclusive, must be there once.");
        }
    }

    private static void checkGpus(List<Place> places) {
        Map<String, Integer> owners = new HashMap<>();
        for (int rank = 0; rank < places.size(); rank++) {
            Place place = places.get(rank);
            if (place.gpu().isEmpty()) {
                continue;
            }
            Integer owner = owners.putIfAbsent(place.host() + "\n" + place.gpu().get(), rank);
            if (owner != null) {
                throw new IllegalArgumentException("Cannot give GPU "
                        + place.gpu().get() + " of host " + place.host()
                        + " to rank " + owner + " (" + places.get(owner) + ") and to rank " + rank + " (" + place
                        + "): each rank needs its own. Give each executor of a host its own GPUs, in the resource"
                        + " discovery of the cluster manager.");
            }
        }
    }

    /** W, the number of ranks. */
    public int worldSize() {
        return places.size();
    }

    public Place place(int rank) {
        return places.get(rank);
    }

    public int rankOf(int partitionId) {
        return IntStream.range(0, worldSize())
                .filter(rank -> place(rank).partitionId() == partitionId)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Cannot find the rank of partition " + partitionId
                        + ": there are " + worldSize() + " partitions."));
    }

    /** The number of this rank among those of its node, in rank order. */
    public int localRank(int rank) {
        return rank - nodes().get(place(rank).node()).get(0);
    }

    public boolean sameNode(int rank, int other) {
        return place(rank).node().equals(place(other).node());
    }

    /** The ranks of each node, nodes in rank order. */
    public Map<String, List<Integer>> nodes() {
        return IntStream.range(0, worldSize())
                .boxed()
                .collect(Collectors.groupingBy(
                        rank -> place(rank).node(), LinkedHashMap::new, Collectors.toUnmodifiableList()));
    }

    /** k, where every node has the same number of ranks. */
    public OptionalInt ranksPerNode() {
        List<Integer> sizes =
                nodes().values().stream().map(List::size).distinct().toList();
        return sizes.size() == 1 ? OptionalInt.of(sizes.get(0)) : OptionalInt.empty();
    }

    @Override
    public String toString() {
        Map<String, List<Integer>> nodes = nodes();
        String ranks = nodes.entrySet().stream()
                .map(node -> node.getKey() + ": " + node.getValue())
                .collect(Collectors.joining("; "));
        return Names.count(worldSize(), "rank") + " on " + Names.count(nodes.size(), "node") + " (" + ranks + ")";
    }
}
