package io.sparkmics.bootstrap.memory;

import io.sparkmics.bootstrap.Chunks;
import io.sparkmics.bootstrap.ClusterLayout;
import io.sparkmics.bootstrap.Group;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How the members of a group are spread over hosts: those of one host stand side by side, as ranks are sorted by host. Between
 * hosts there are as many rings as the host with the fewest members has; member i of each host is in ring i, and moves slice i of
 * each block of a tensor. Pure arithmetic.
 *
 * @param sizes how many members each host has
 * @param index this member's, in the group
 */
record GroupHosts(List<Integer> sizes, int index) {

    GroupHosts {
        sizes = List.copyOf(sizes);
    }

    static GroupHosts of(Group group, ClusterLayout layout) {
        List<Integer> sizes = new ArrayList<>();
        for (int member = 0; member < group.size(); member++) {
            int rank = group.ranks().get(member);
            if (member > 0 && layout.sameNode(rank, group.ranks().get(member - 1))) {
                sizes.set(sizes.size() - 1, sizes.get(sizes.size() - 1) + 1);
            } else {
                sizes.add(1);
            }
        }
        return new GroupHosts(sizes, group.index());
    }

    int hosts() {
        return sizes.size();
    }

    /** Whether there is something to be gained: several hosts, and several members on one of them. */
    boolean worthwhile() {
        return hosts() > 1 && sizes.stream().anyMatch(size -> size > 1);
    }

    /** Whether every host has as many members as any other. */
    boolean even() {
        return sizes.stream().distinct().count() == 1;
    }

    /** How many rings there are between the hosts. */
    int rings() {
        return sizes.stream().mapToInt(Integer::intValue).min().orElseThrow();
    }

    /** The index in the group of a host's first member. */
    int first(int host) {
        return sizes.subList(0, host).stream().mapToInt(Integer::intValue).sum();
    }

    /** The host of a member of the group. */
    int hostOf(int member) {
        return IntStream.range(0, hosts())
                .filter(host -> member < first(host) + sizes.get(host))
                .findFirst()
                .orElseThrow();
    }

    /** This member's host. */
    int host() {
        return hostOf(index);
    }

    /** This member's number on its host. */
    int local() {
        return index - first(host());
    }

    /** How many members this member's host has. */
    int locals() {
        return sizes.get(host());
    }

    /** The members on this member's host. */
    List<Integer> neighbours() {
        int first = first(host());
        return IntStream.range(first, first + locals()).boxed().toList();
    }

    /** Whether this member is in a ring between the hosts. */
    boolean inRing() {
        return local() < rings();
    }

    /** The members of this member's ring, one of each host. */
    List<Integer> ring() {
        return IntStream.range(0, hosts())
                .map(host -> first(host) + local())
                .boxed()
                .toList();
    }

    /** What the members of each host have of a tensor that is cut by member. */
    Chunks blocks(Chunks chunks) {
        long[] starts = new long[hosts()];
        long[] lengths = new long[hosts()];
        for (int host = 0; host < hosts(); host++) {
            int first = first(host);
            starts[host] = chunks.start(first);
            lengths[host] = chunks.end(first + sizes.get(host) - 1) - starts[host];
        }
        return Chunks.at(starts, lengths);
    }

    /** The chunks of the members on this member's host. */
    Chunks parts(Chunks chunks) {
        int first = first(host());
        return Chunks.at(
                IntStream.range(0, locals())
                        .mapToLong(local -> chunks.start(first + local))
                        .toArray(),
                IntStream.range(0, locals())
                        .mapToLong(local -> chunks.length(first + local))
                        .toArray());
    }

    /** A block's slices, by member of this member's host; those that are in no ring have none. */
    Chunks slices(Chunks blocks, int block) {
        return Chunks.of(blocks.start(block), blocks.length(block), rings(), locals());
    }

    /** The slices that this member's ring moves, one of each block. */
    Chunks ringSlices(Chunks blocks) {
        return Chunks.at(
                IntStream.range(0, hosts())
                        .mapToLong(block -> slices(blocks, block).start(local()))
                        .toArray(),
                IntStream.range(0, hosts())
                        .mapToLong(block -> slices(blocks, block).length(local()))
                        .toArray());
    }
}
