package io.sparkmics.bootstrap.groups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.bootstrap.machine.Setting;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ClusterLayoutTest {

    @Property
    void everyTaskFindsTheSameRanksWhateverTheLaunchOrder(
            @ForAll @Size(min = 1, max = 16) List<@IntRange(max = 4) Integer> nodes, @ForAll long seed) {
        List<Place> places = places(nodes);
        List<Place> shuffled = new ArrayList<>(places);
        Collections.shuffle(shuffled, new Random(seed));
        assertThat(new ClusterLayout(shuffled)).isEqualTo(new ClusterLayout(places));
    }

    @Property
    void ranksOfANodeAreConsecutiveAndLocalRanksCountThem(
            @ForAll @Size(min = 1, max = 16) List<@IntRange(max = 4) Integer> nodes) {
        ClusterLayout layout = new ClusterLayout(places(nodes));
        assertThat(layout.worldSize()).isEqualTo(nodes.size());
        layout.nodes().forEach((node, ranks) -> {
            int first = ranks.get(0);
            assertThat(ranks)
                    .isEqualTo(
                            IntStream.range(first, first + ranks.size()).boxed().toList());
            ranks.forEach(rank -> {
                assertThat(layout.localRank(rank)).isEqualTo(rank - first);
                assertThat(layout.sameNode(rank, first)).isTrue();
                assertThat(layout.rankOf(layout.place(rank).partitionId())).isEqualTo(rank);
            });
        });
    }

    @Test
    void onOneHostTheRankIsThePartition() {
        ClusterLayout layout = new ClusterLayout(places(List.of(0, 0, 0)));
        assertThat(layout.places()).extracting(Place::partitionId).containsExactly(0, 1, 2);
        assertThat(layout).hasToString("3 ranks on 1 node (node-0: [0, 1, 2])");
    }

    @Test
    void ranksPerNodeIsKnownWhereItIsTheSameEverywhere() {
        ClusterLayout even = new ClusterLayout(places(List.of(0, 1, 1, 0)));
        assertThat(even.ranksPerNode()).hasValue(2);
        assertThat(even).hasToString("4 ranks on 2 nodes (node-0: [0, 1]; node-1: [2, 3])");
        assertThat(even.places()).extracting(Place::partitionId).containsExactly(0, 3, 1, 2);
        assertThat(new ClusterLayout(places(List.of(0, 1, 1))).ranksPerNode()).isEmpty();
    }

    @Test
    void theSameGpuTwiceOnAHostIsAnErrorThatNamesBothRanks() {
        Place one = new Place(0, "host", "host", Optional.of("0"));
        Place other = new Place(1, "host", "host", Optional.of("0"));
        assertThatThrownBy(() -> new ClusterLayout(List.of(one, other)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot give GPU 0 of host host to rank 0 (partition 0 on host with GPU 0)"
                        + " and to rank 1 (partition 1 on host with GPU 0): each rank needs its own.");
        assertThat(new ClusterLayout(List.of(one, new Place(1, "other", "host", Optional.of("0")))).worldSize())
                .isEqualTo(2);
    }

    @Test
    void partitionsThatAreMissingOrThereTwiceAreRefused() {
        Place zero = new Place(0, "host", "host", Optional.empty());
        Place two = new Place(2, "host", "host", Optional.empty());
        assertThatThrownBy(() -> new ClusterLayout(List.of(zero, two))).hasMessageContaining("[0, 2]");
        assertThatThrownBy(() -> new ClusterLayout(List.of(zero, zero))).hasMessageContaining("[0, 0]");
        assertThatThrownBy(() -> new ClusterLayout(List.of())).hasMessageContaining("[]");
    }

    @Test
    void bracketsMakeNoOtherHost() {
        Place bare = new Place(0, "fd00::2", "fd00::2", Optional.of("0"));
        Place inBrackets = Place.here(1, "[fd00::2]", Optional.of("1"));

        assertThat(inBrackets).hasToString("partition 1 on fd00::2 with GPU 1");
        assertThat(new ClusterLayout(List.of(bare, inBrackets))).hasToString("2 ranks on 1 node (fd00::2: [0, 1])");
    }

    @Test
    void aLabelOverridesTheHost() {
        assertThat(Place.here(0, "host", Optional.empty()).node()).isEqualTo("host");
        System.setProperty(Setting.NODE.property(), "rack 7");
        try {
            assertThat(Place.here(3, "host", Optional.of("1")))
                    .hasToString("partition 3 on host (node rack 7) with GPU 1")
                    .extracting(Place::node)
                    .isEqualTo("rack 7");
        } finally {
            System.clearProperty(Setting.NODE.property());
        }
    }

    static List<Place> places(List<Integer> nodes) {
        return IntStream.range(0, nodes.size())
                .mapToObj(id -> new Place(id, "host", "node-" + nodes.get(id), Optional.empty()))
                .toList();
    }
}
