package io.sparkmics.plan.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.bootstrap.ClusterLayout;
import io.sparkmics.bootstrap.Collective;
import io.sparkmics.bootstrap.Group;
import io.sparkmics.bootstrap.GroupKind;
import io.sparkmics.bootstrap.MicsGroups;
import io.sparkmics.bootstrap.Place;
import io.sparkmics.bootstrap.RingTraffic;
import io.sparkmics.bootstrap.TrafficModel;
import io.sparkmics.bootstrap.memory.HierarchicalTraffic;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CommunicationTest {

    private static final Processor ANY = new Processor(2, 1, 1, 1, true);
    private static final Link FREE = new Link(1e30, 0);

    /** A node's link passes a byte a second, and nothing else takes time. */
    private static Communication betweenNodes(int worldSize, int ranksPerNode, int p, boolean hierarchical) {
        return Communication.of(new Cluster(worldSize, ranksPerNode, ANY, FREE, new Link(1, 0)), p, hierarchical);
    }

    @Test
    void aNodesLinkCarriesWhatTheArticleSays() {
        // Two nodes of two ranks: 3/4 of the unit, hierarchically 1/2.
        assertThat(betweenNodes(4, 2, 4, false).gather(1000).seconds()).isEqualTo(750, within(1e-9));
        assertThat(betweenNodes(4, 2, 4, true).gather(1000).seconds()).isEqualTo(500, within(1e-9));
        // p = 16, k = 8: (p - 1) / p against (p - k) / p, 46.7 % less.
        double flat = betweenNodes(16, 8, 16, false).gather(1).seconds();
        double hierarchical = betweenNodes(16, 8, 16, true).gather(1).seconds();
        assertThat(flat).isEqualTo(15.0 / 16, within(1e-9));
        assertThat(1 - hierarchical / flat).isEqualTo(0.467, within(0.0005));
        assertThat(betweenNodes(64, 8, 32, true).gather(1).seconds()).isEqualTo(24.0 / 32, within(1e-9));
    }

    @Test
    void whatStaysInsideANodeDoesNotTouchItsLinkAndItsCostDoesNotDependOnTheWorld() {
        Cluster small = Instance.named("p4d.24xlarge").orElseThrow().nodes(2);
        Cluster large = Instance.named("p4d.24xlarge").orElseThrow().nodes(64);
        Transfer gather = Communication.of(small, 8, false).gather(1e9);
        assertThat(gather.betweenBytes()).isZero();
        assertThat(Communication.of(large, 8, false).gather(1e9).seconds()).isEqualTo(gather.seconds());
        assertThat(Communication.of(large, 1, false).gather(1e9)).isEqualTo(Transfer.NONE);
    }

    @Test
    void allReplicationGroupsOfANodeShareItsLink() {
        // Each of a node's two ranks is in a ring of two nodes, and each of them sends the whole once.
        assertThat(betweenNodes(4, 2, 2, false).hopTwo(1000).seconds()).isEqualTo(2000, within(1e-9));
        // One group of four crosses nodes twice, and each border passes 2 * 3/4 of it.
        assertThat(betweenNodes(4, 2, 1, false).hopTwo(1000).seconds()).isEqualTo(1500, within(1e-9));
    }

    @Test
    void turnsTakeTimeHoweverFewTheBytes() {
        Cluster slow = new Cluster(16, 8, ANY, new Link(1e30, 1), new Link(1e30, 100));
        assertThat(Communication.of(slow, 8, false).gather(1).seconds()).isEqualTo(7, within(1e-9));
        assertThat(Communication.of(slow, 16, false).gather(1).seconds()).isEqualTo(1500, within(1e-9));
        // One turn between two nodes, and seven inside for each of them.
        assertThat(Communication.of(slow, 16, true).gather(1).seconds()).isEqualTo(100 + 14, within(1e-9));
        assertThat(Communication.of(slow, 8, false).hopTwo(1).seconds()).isEqualTo(200, within(1e-9));
    }

    /** Any number of ranks on nodes of any size, groups that straddle them included. */
    @Property(tries = 200)
    void theBytesAreThoseThatTheTransportSends(
            @ForAll @IntRange(min = 1, max = 24) int worldSize,
            @ForAll @IntRange(min = 1, max = 8) int ranksPerNode,
            @ForAll @IntRange(min = 0, max = 7) int divisor) {
        int[] divisors = IntStream.rangeClosed(1, worldSize)
                .filter(size -> worldSize % size == 0)
                .toArray();
        int p = divisors[divisor % divisors.length];
        MicsGroups groups = new MicsGroups(layout(worldSize, ranksPerNode), p);
        Cluster cluster = new Cluster(worldSize, ranksPerNode, ANY, FREE, FREE);
        // Divided by p and by W / p without a rest.
        int elements = 24 * worldSize * worldSize;
        Communication flat = Communication.of(cluster, p, false);
        assertSends(flat.gather(4.0 * elements), groups, GroupKind.PARTITION, Collective.GATHER, elements);
        assertSends(flat.hopOne(4.0 * elements), groups, GroupKind.PARTITION, Collective.REDUCE_SCATTER, elements);
        assertSends(flat.hopTwo(4.0 * elements), groups, GroupKind.REPLICATION, Collective.ALL_REDUCE, elements);
        boolean fullNodes = worldSize % ranksPerNode == 0;
        if (fullNodes) {
            assertThat(cluster.allowsHierarchical(p))
                    .isEqualTo(groups.reasonForFlat().isEmpty());
        }
        if (fullNodes && cluster.allowsHierarchical(p)) {
            int nodes = p / ranksPerNode;
            Transfer gather = Communication.of(cluster, p, true).gather(4.0 * elements);
            double[] first = sent(groups, GroupKind.INTER_NODE, Collective.GATHER, elements / p * nodes);
            double[] second = sent(groups, GroupKind.INTRA_NODE, Collective.GATHER, elements / p * ranksPerNode);
            assertThat(gather.betweenBytes()).isEqualTo(first[1] + nodes * second[1], within(1e-3));
            assertThat(gather.insideBytes()).isEqualTo(first[0] + nodes * second[0], within(1e-3));
        }
    }

    @Property(tries = 200)
    void theBytesOfGroupsThatTalkInsideNodesFirstAreThoseThatTheTransportSends(
            @ForAll @IntRange(min = 1, max = 24) int worldSize,
            @ForAll @IntRange(min = 1, max = 8) int ranksPerNode,
            @ForAll @IntRange(min = 0, max = 7) int divisor) {
        int[] divisors = IntStream.rangeClosed(1, worldSize)
                .filter(size -> worldSize % size == 0)
                .toArray();
        int p = divisors[divisor % divisors.length];
        MicsGroups groups = new MicsGroups(layout(worldSize, ranksPerNode), p);
        Communication insideFirst =
                Communication.of(new Cluster(worldSize, ranksPerNode, ANY, FREE, FREE).talkingInsideFirst(), p, false);
        // Divided by any number of nodes and of their members without a rest.
        int elements = 840 * worldSize;
        double[] gather = sent(groups, GroupKind.PARTITION, Collective.GATHER, elements, HierarchicalTraffic::of);
        assertSends(insideFirst.gather(4.0 * elements), gather);
        double[] hopOne =
                sent(groups, GroupKind.PARTITION, Collective.REDUCE_SCATTER, elements, HierarchicalTraffic::of);
        assertSends(insideFirst.hopOne(4.0 * elements), hopOne);
        double[] hopTwo = sent(groups, GroupKind.REPLICATION, Collective.ALL_REDUCE, elements, HierarchicalTraffic::of);
        assertSends(insideFirst.hopTwo(4.0 * elements), hopTwo);
    }

    private static ClusterLayout layout(int worldSize, int ranksPerNode) {
        return new ClusterLayout(IntStream.range(0, worldSize)
                .mapToObj(rank -> {
                    String host = String.format(Locale.ROOT, "host-%03d", rank / ranksPerNode);
                    return new Place(rank, host, host, Optional.empty());
                })
                .toList());
    }

    private static void assertSends(
            Transfer transfer, MicsGroups groups, GroupKind kind, Collective collective, int elements) {
        assertSends(transfer, sent(groups, kind, collective, elements));
    }

    private static void assertSends(Transfer transfer, double[] sent) {
        assertThat(transfer.insideBytes()).isEqualTo(sent[0], within(1e-3));
        assertThat(transfer.betweenBytes()).isEqualTo(sent[1], within(1e-3));
    }

    private static double[] sent(MicsGroups groups, GroupKind kind, Collective collective, int elements) {
        return sent(groups, kind, collective, elements, (group, layout) -> new RingTraffic());
    }

    /** By all ranks, inside their nodes and between them. */
    private static double[] sent(
            MicsGroups groups,
            GroupKind kind,
            Collective collective,
            int elements,
            BiFunction<Group, ClusterLayout, TrafficModel> model) {
        double[] sent = new double[2];
        for (int rank = 0; rank < groups.layout().worldSize(); rank++) {
            int from = rank;
            Group group = groups.group(kind, rank);
            if (group.size() > 1) {
                model.apply(group, groups.layout()).sends(collective, group, elements, 4, 0, (peer, bytes) -> {
                    int to = group.ranks().get(peer);
                    sent[groups.layout().sameNode(from, to) ? 0 : 1] += bytes;
                });
            }
        }
        return sent;
    }
}
