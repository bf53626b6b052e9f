package io.sparkmics.bootstrap.memory;

import io.sparkmics.bootstrap.ClusterLayout;
import io.sparkmics.bootstrap.Group;
import java.util.List;
import java.util.function.IntFunction;

/**
 * What all ranks have told of themselves: so all members of a group find the same road for it.
 *
 * @param offers by partition id
 */
record HostOffers(List<HostOffer> offers, ClusterLayout layout) {

    static HostOffers read(List<byte[]> offers, ClusterLayout layout) {
        return new HostOffers(offers.stream().map(HostOffer::read).toList(), layout);
    }

    List<byte[]> below() {
        return offers.stream().map(HostOffer::below).toList();
    }

    /** By index in the group. */
    List<HostOffer> members(Group group) {
        return group.ranks().stream()
                .map(rank -> offers.get(layout.place(rank).partitionId()))
                .toList();
    }

    /** Whether the members are on one node, and none is where memory is turned off. */
    boolean shareHost(Group group) {
        return group.ranks().stream().allMatch(rank -> layout.sameNode(rank, group.rank()))
                && members(group).stream().allMatch(HostOffer::on);
    }

    /** Whether the members' collectives go inside hosts first, and then between them. */
    boolean hierarchical(Group group) {
        return GroupHosts.of(group, layout).worthwhile()
                && members(group).stream().allMatch(offer -> offer.on() && offer.hierarchical());
    }

    /** Which members, by index, are threads of this member's process. */
    List<Boolean> sameProcess(Group group) {
        HostOffer own = members(group).get(group.index());
        return members(group).stream()
                .map(other -> other.process().equals(own.process()))
                .toList();
    }

    /** Whether all members are threads of this process, and see the same of it. */
    boolean threads(Group group) {
        HostOffer own = members(group).get(group.index());
        return members(group).stream()
                .allMatch(other ->
                        other.process().equals(own.process()) && other.classes().equals(own.classes()));
    }

    /** Of all groups of a kind only this one has its leader's secret. */
    String name(Group group) {
        return members(group).get(0).secret() + "-" + group.kind().ordinal();
    }

    /** What errors call a member. */
    IntFunction<String> names(Group group) {
        return index -> {
            int rank = group.ranks().get(index);
            return "rank " + rank + " on " + layout.place(rank).host();
        };
    }
}
