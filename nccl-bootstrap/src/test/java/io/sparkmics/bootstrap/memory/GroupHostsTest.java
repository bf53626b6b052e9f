package io.sparkmics.bootstrap.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.collectives.Chunks;
import io.sparkmics.bootstrap.groups.ClusterLayout;
import io.sparkmics.bootstrap.groups.Group;
import io.sparkmics.bootstrap.groups.GroupKind;
import io.sparkmics.bootstrap.groups.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class GroupHostsTest {

    @Test
    void membersOfAHostStandSideBySide() {
        // Every second rank of nodes with three, three and two.
        ClusterLayout layout = new ClusterLayout(IntStream.range(0, 8)
                .mapToObj(rank -> new Place(rank, "host", "node-" + rank / 3, Optional.empty()))
                .toList());
        GroupHosts hosts = GroupHosts.of(new Group(GroupKind.REPLICATION, List.of(0, 2, 4, 6), 1), layout);
        assertThat(IntStream.range(0, hosts.hosts()).map(hosts::first)).containsExactly(0, 2, 3);
        assertThat(hosts.host()).isZero();
        assertThat(hosts.local()).isOne();
        assertThat(hosts.neighbours()).containsExactly(0, 1);
        assertThat(hosts.rings()).isOne();
        assertThat(hosts.inRing()).isFalse();
    }

    @Test
    void onlyAGroupWithNeighboursOnSeveralHostsHasSomethingToGain() {
        assertThat(new GroupHosts(List.of(2, 1), 0).worthwhile()).isTrue();
        assertThat(new GroupHosts(List.of(1, 1), 0).worthwhile()).isFalse();
        assertThat(new GroupHosts(List.of(4), 0).worthwhile()).isFalse();
    }

    @Property
    void theSlicesOfAllRingsAreTheWholeAndEachRingHasOneMemberOfEachHost(
            @ForAll @Size(min = 1, max = 5) List<@IntRange(min = 1, max = 4) Integer> sizes,
            @ForAll @IntRange(max = 200) int size) {
        int members = sizes.stream().mapToInt(Integer::intValue).sum();
        for (Chunks blocks : List.of(
                Chunks.of(size, sizes.size()),
                new GroupHosts(sizes, 0).blocks(Chunks.of((long) size * members, members)))) {
            List<Integer> owners = new ArrayList<>();
            for (int index = 0; index < members; index++) {
                GroupHosts hosts = new GroupHosts(sizes, index);
                assertThat(hosts.first(hosts.host()) + hosts.local()).isEqualTo(index);
                if (hosts.inRing()) {
                    assertThat(hosts.ring().get(hosts.host())).isEqualTo(index);
                    assertThat(hosts.ring()).hasSize(sizes.size());
                    if (hosts.host() == 0) {
                        Chunks slices = hosts.ringSlices(blocks);
                        for (int block = 0; block < sizes.size(); block++) {
                            for (long at = slices.start(block); at < slices.end(block); at++) {
                                owners.add((int) at);
                            }
                        }
                    }
                }
            }
            long whole = blocks.end(sizes.size() - 1);
            assertThat(owners.stream().sorted().toList())
                    .isEqualTo(IntStream.range(0, (int) whole).boxed().toList());
        }
    }
}
