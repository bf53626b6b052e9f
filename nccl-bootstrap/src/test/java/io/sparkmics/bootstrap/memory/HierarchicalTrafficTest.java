package io.sparkmics.bootstrap.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.Collective;
import io.sparkmics.bootstrap.Group;
import io.sparkmics.bootstrap.GroupKind;
import io.sparkmics.bootstrap.RingTraffic;
import io.sparkmics.bootstrap.TrafficModel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class HierarchicalTrafficTest {

    private static final int ELEMENT = 4;

    @Property
    void betweenHostsAsManyBytesTravelAsInARingWithOneMemberOfEachHost(
            @ForAll Collective collective,
            @ForAll @Size(min = 2, max = 5) List<@IntRange(min = 1, max = 4) Integer> sizes,
            @ForAll @IntRange(max = 50) int shard) {
        // All is cut without a rest.
        int members = sizes.stream().mapToInt(Integer::intValue).sum();
        long size = 60L * members * shard;
        long ring = 0;
        for (int host = 0; host < sizes.size(); host++) {
            Group hosts = new Group(
                    GroupKind.PARTITION,
                    IntStream.range(0, sizes.size()).boxed().toList(),
                    host);
            long[] sent = {0};
            new RingTraffic().sends(collective, hosts, size, ELEMENT, 0, (peer, bytes) -> sent[0] += bytes);
            ring += sent[0];
        }
        assertThat(sent(sizes, collective, size)[1]).isEqualTo(ring);
    }

    @Test
    void twoHostsWithTwoMembersSendTwoThirdsOfWhatOneRingSends() {
        List<Integer> sizes = List.of(2, 2);
        // In one ring each border passes 3/4 of it, and twice as much in an all-reduce.
        assertThat(sent(sizes, Collective.GATHER, 400)).containsExactly(2 * 400 * ELEMENT, 2 * 200 * ELEMENT);
        assertThat(sent(sizes, Collective.REDUCE_SCATTER, 400)).containsExactly(2 * 400 * ELEMENT, 2 * 200 * ELEMENT);
        assertThat(sent(sizes, Collective.ALL_REDUCE, 400)).containsExactly(4 * 400 * ELEMENT, 4 * 200 * ELEMENT);
        assertThat(sent(sizes, Collective.BROADCAST, 400)).containsExactly(2 * 400 * ELEMENT, 400 * ELEMENT);
    }

    @Test
    void whatAMemberSendsGoesToItsNeighboursAndToTheNextOfItsRing() {
        TrafficModel second = new HierarchicalTraffic(new GroupHosts(List.of(2, 2, 2), 3));
        Group group = new Group(GroupKind.PARTITION, List.of(0, 1, 2, 3, 4, 5), 3);
        Map<Integer, Long> sent = new HashMap<>();
        second.sends(
                Collective.ALL_REDUCE, group, 600, ELEMENT, 0, (peer, bytes) -> sent.merge(peer, bytes, Long::sum));
        // The neighbour reads its half of this tensor, and this member's half of the sum; a ring of three passes four
        // thirds of a half.
        assertThat(sent).isEqualTo(Map.of(2, 600L * ELEMENT, 5, 400L * ELEMENT));
    }

    /** By all members, inside hosts and between them; the first member broadcasts. */
    private static long[] sent(List<Integer> sizes, Collective collective, long size) {
        int members = sizes.stream().mapToInt(Integer::intValue).sum();
        long[] sent = new long[2];
        for (int index = 0; index < members; index++) {
            GroupHosts hosts = new GroupHosts(sizes, index);
            Group group = new Group(
                    GroupKind.PARTITION, IntStream.range(0, members).boxed().toList(), index);
            new HierarchicalTraffic(hosts).sends(collective, group, size, ELEMENT, 0, (peer, bytes) -> {
                assertThat(bytes).isPositive();
                sent[hosts.hostOf(peer) == hosts.host() ? 0 : 1] += bytes;
            });
        }
        return sent;
    }
}
