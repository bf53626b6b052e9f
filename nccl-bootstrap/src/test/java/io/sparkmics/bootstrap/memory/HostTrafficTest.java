package io.sparkmics.bootstrap.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.Collective;
import io.sparkmics.bootstrap.Group;
import io.sparkmics.bootstrap.GroupKind;
import io.sparkmics.bootstrap.RingTraffic;
import io.sparkmics.bootstrap.TrafficModel;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class HostTrafficTest {

    private static final TrafficModel MEMORY = new HostTraffic();

    @Property
    void allMembersTogetherReadWhatARingSends(
            @ForAll Collective collective,
            @ForAll @IntRange(min = 2, max = 9) int members,
            @ForAll @IntRange(max = 1000) int size) {
        assertThat(total(MEMORY, collective, members, size))
                .isEqualTo(total(new RingTraffic(), collective, members, size));
    }

    @Test
    void whatEachOtherMemberReadsIsSentToIt() {
        assertThat(sent(Collective.GATHER, 1, 90)).isEqualTo(Map.of(0, 120L, 2, 120L));
        // Chunks of 34, 34 and 32 elements.
        assertThat(sent(Collective.REDUCE_SCATTER, 1, 100)).isEqualTo(Map.of(0, 136L, 2, 128L));
        assertThat(sent(Collective.ALL_REDUCE, 2, 100)).isEqualTo(Map.of(0, 264L, 1, 264L));
        assertThat(sent(Collective.BROADCAST, 1, 100)).isEqualTo(Map.of(0, 400L, 2, 400L));
        assertThat(sent(Collective.BROADCAST, 0, 100)).isEmpty();
    }

    /** Three members; the second broadcasts. */
    private static Map<Integer, Long> sent(Collective collective, int index, long size) {
        Map<Integer, Long> sent = new HashMap<>();
        MEMORY.sends(collective, group(3, index), size, 4, 1, (peer, bytes) -> sent.merge(peer, bytes, Long::sum));
        return sent;
    }

    private static long total(TrafficModel model, Collective collective, int members, long size) {
        long[] total = {0};
        for (int index = 0; index < members; index++) {
            model.sends(collective, group(members, index), size, 4, 0, (peer, bytes) -> total[0] += bytes);
        }
        return total[0];
    }

    private static Group group(int members, int index) {
        return new Group(
                GroupKind.PARTITION, IntStream.range(0, members).boxed().toList(), index);
    }
}
