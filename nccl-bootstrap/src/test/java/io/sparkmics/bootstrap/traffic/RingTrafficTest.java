package io.sparkmics.bootstrap.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.groups.Collective;
import io.sparkmics.bootstrap.groups.Group;
import io.sparkmics.bootstrap.groups.GroupKind;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RingTrafficTest {

    @Property
    void allMembersTogetherSendTheWholeOnceLessForEachPhase(
            @ForAll @IntRange(min = 2, max = 9) int members, @ForAll @IntRange(max = 1000) int size) {
        long once = (members - 1L) * size * 4;
        assertThat(total(Collective.REDUCE_SCATTER, members, size)).isEqualTo(once);
        assertThat(total(Collective.ALL_REDUCE, members, size)).isEqualTo(2 * once);
        assertThat(total(Collective.BROADCAST, members, size)).isEqualTo(once);
        assertThat(total(Collective.GATHER, members, size)).isEqualTo(once);
    }

    @Test
    void aMemberSendsItsShareToTheNextOne() {
        assertThat(sent(Collective.GATHER, 4, 1, 100)).isEqualTo(75 * 4);
        assertThat(sent(Collective.REDUCE_SCATTER, 4, 1, 100)).isEqualTo(75 * 4);
        assertThat(sent(Collective.ALL_REDUCE, 4, 1, 100)).isEqualTo(150 * 4);
        assertThat(sent(Collective.BROADCAST, 4, 1, 100)).isEqualTo(100 * 4);
        assertThat(sent(Collective.BROADCAST, 4, 3, 100)).isZero();
    }

    private static long total(Collective collective, int members, long size) {
        return IntStream.range(0, members)
                .mapToLong(index -> sent(collective, members, index, size))
                .sum();
    }

    private static long sent(Collective collective, int members, int index, long size) {
        List<Integer> ranks = IntStream.range(0, members).boxed().toList();
        AtomicLong sent = new AtomicLong();
        new RingTraffic().sends(collective, new Group(GroupKind.PARTITION, ranks, index), size, 4, 0, (peer, bytes) -> {
            assertThat(peer).isEqualTo((index + 1) % members);
            sent.addAndGet(bytes);
        });
        return sent.get();
    }
}
