package io.sparkmics.bootstrap.groups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class MicsGroupsTest {

    @Provide
    Arbitrary<MicsGroups> anyGroups() {
        return Arbitraries.integers()
                .between(1, 8)
                .flatMap(p -> Arbitraries.integers()
                        .between(0, 3)
                        .list()
                        .ofMinSize(1)
                        .ofMaxSize(24)
                        .filter(nodes -> nodes.size() % p == 0)
                        .map(nodes -> new MicsGroups(new ClusterLayout(ClusterLayoutTest.places(nodes)), p)));
    }

    @Property
    void everyRankIsInOneGroupOfEachKind(@ForAll("anyGroups") MicsGroups groups) {
        int worldSize = groups.layout().worldSize();
        for (GroupKind kind : GroupKind.values()) {
            List<Integer> members =
                    groups.all(kind).stream().flatMap(List::stream).sorted().toList();
            assertThat(members).isEqualTo(IntStream.range(0, worldSize).boxed().toList());
            for (int rank = 0; rank < worldSize; rank++) {
                assertThat(groups.group(kind, rank).rank()).isEqualTo(rank);
            }
        }
    }

    @Property
    void rowsArePartitionGroupsAndColumnsAreReplicationGroups(@ForAll("anyGroups") MicsGroups groups) {
        int p = groups.partitionGroupSize();
        for (int rank = 0; rank < groups.layout().worldSize(); rank++) {
            Group partition = groups.group(GroupKind.PARTITION, rank);
            Group replication = groups.group(GroupKind.REPLICATION, rank);
            assertThat(partition.size()).isEqualTo(p);
            assertThat(partition.index()).isEqualTo(rank % p);
            assertThat(replication.size()).isEqualTo(groups.replicationGroupSize());
            assertThat(replication.index()).isEqualTo(rank / p);
            assertThat(partition.ranks())
                    .filteredOn(replication.ranks()::contains)
                    .containsExactly(rank);
        }
    }

    @Property
    void whereGatherIsHierarchicalTheNodeGroupsAreAGridOverThePartitionGroup(@ForAll("anyGroups") MicsGroups groups) {
        if (groups.reasonForFlat().isPresent()) {
            return;
        }
        for (int rank = 0; rank < groups.layout().worldSize(); rank++) {
            Group partition = groups.group(GroupKind.PARTITION, rank);
            Group intra = groups.group(GroupKind.INTRA_NODE, rank);
            Group inter = groups.group(GroupKind.INTER_NODE, rank);
            assertThat(intra.size()).isGreaterThan(1);
            assertThat(inter.size()).isGreaterThan(1);
            assertThat(partition.index()).isEqualTo(inter.index() * intra.size() + intra.index());
            assertThat(intra.size() * inter.size()).isEqualTo(partition.size());
        }
    }

    @Test
    void printsItsArithmetic() {
        assertThat(groups(4, 0, 0, 1, 1, 2, 2, 3, 3)).hasToString("""
                        8 ranks = 2 partition groups of 4 = 4 replication groups of 2
                        partition groups: [[0, 1, 2, 3], [4, 5, 6, 7]]
                        replication groups: [[0, 4], [1, 5], [2, 6], [3, 7]]
                        gather: hierarchical, p = 4 = 2 nodes x 2 ranks""");
        assertThat(groups(2, 0, 0).toString())
                .startsWith("2 ranks = 1 partition group of 2 = 2 replication groups of 1\n");
        assertThat(groups(2, 0, 0, 1, 1).toString()).endsWith("gather: flat, every partition group is inside one node");
    }

    @Test
    void cutsAPartitionGroupByNode() {
        MicsGroups groups = groups(4, 0, 0, 1, 1, 2, 2, 3, 3);
        assertThat(groups.all(GroupKind.INTRA_NODE))
                .containsExactly(List.of(0, 1), List.of(2, 3), List.of(4, 5), List.of(6, 7));
        assertThat(groups.all(GroupKind.INTER_NODE))
                .containsExactly(List.of(0, 2), List.of(1, 3), List.of(4, 6), List.of(5, 7));
    }

    @Test
    void saysWhyGatherIsFlat() {
        assertThat(groups(4, 0, 0, 0, 1).reasonForFlat())
                .hasValue("partition group [0, 1, 2, 3] has [3, 1] ranks on its nodes, and every partition group needs"
                        + " the same number on each");
        assertThat(groups(2, 0, 1, 2, 3).reasonForFlat())
                .hasValue("each partition group has one rank on each of its 2 nodes");
        assertThat(groups(1, 0, 1).reasonForFlat()).hasValue("every partition group is inside one node");
        assertThat(groups(4, 0, 0, 0, 0, 1, 1, 2, 2).reasonForFlat().orElseThrow())
                .startsWith("partition group [4, 5, 6, 7] has [2, 2]");
    }

    @Test
    void aSizeThatDoesNotDivideIsAnErrorWithTheSizesThatDo() {
        assertThatThrownBy(() -> groups(4, 0, 0, 0, 0, 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Cannot divide 6 ranks into partition groups of 4: the size must divide the number of ranks."
                                + " Use one of [1, 2, 3, 6].");
    }

    private static MicsGroups groups(int partitionGroupSize, Integer... nodes) {
        return new MicsGroups(new ClusterLayout(ClusterLayoutTest.places(List.of(nodes))), partitionGroupSize);
    }
}
