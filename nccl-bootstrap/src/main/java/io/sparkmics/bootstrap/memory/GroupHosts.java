package io.sparkmics.bootstrap.memory;

import io.sparkmics.bootstrap.collectives.Chunks;
import io.sparkmics.bootstrap.groups.ClusterLayout;
import io.sparkmics.bootstrap.groups.Group;
import java.util.ArrayList;
import java.util.Arrays;
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
final class GroupHosts {

    private final List<Integer> sizes;
    private final int index;

    /** By host, and one more: how many there are in all. */
    private final int[] firsts;

    private final int host;
    private final int rings;

    GroupHosts(List<Integer> sizes, int index) {
        this.sizes = List.copyOf(sizes);
        this.index = index;
        firsts = new int[sizes.size() + 1];
        for (int at = 0; at < sizes.size(); at++) {
            firsts[at + 1] = firsts[at] + sizes.get(at);
        }
        host = hostOf(index);
        rings = sizes.stream().mapToInt(Integer::intValue).min().orElseThrow();
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

    /** This member's, in the group. */
    int index() {
        return index;
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
        return rings;
    }

    /** The index in the group of a host's first member. */
    int first(int host) {
        return firsts[host];
    }

    /** The host of a member of the group. */
    int hostOf(int member) {
        int found = Arrays.binarySearch(firsts, member);
        return found >= 0 ? found : -found - 2;
    }

    /** This member's host. */
    int host() {
        return host;
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
