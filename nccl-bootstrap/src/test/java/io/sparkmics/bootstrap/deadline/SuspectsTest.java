package io.sparkmics.bootstrap.deadline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.bootstrap.groups.Collective;
import io.sparkmics.bootstrap.groups.GroupKind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Four ranks in partition groups of two: [0, 1] and [2, 3], replicas [0, 2] and [1, 3]. */
class SuspectsTest {

    private static final List<String> HOSTS = List.of("a", "a", "b", "b");
    private static final CollectiveCall GATHER_HIGH = call(Collective.GATHER, 812, GroupKind.PARTITION, 2, 3);
    private static final CollectiveCall GATHER_LOW = call(Collective.GATHER, 812, GroupKind.PARTITION, 0, 1);
    private static final CollectiveCall SUM_EVEN = call(Collective.ALL_REDUCE, 9, GroupKind.REPLICATION, 0, 2);
    private static final CollectiveCall SUM_ODD = call(Collective.ALL_REDUCE, 9, GroupKind.REPLICATION, 1, 3);

    @Test
    void aFrozenRankIsTheOneThatSaysNothing() {
        List<Suspect> suspects = Suspects.of(
                4,
                List.of(
                        waiting(0, 5_000, SUM_EVEN, GATHER_LOW),
                        waiting(1, 5_000, SUM_ODD),
                        waiting(2, 4_900, GATHER_HIGH)));

        assertThat(suspects).extracting(Suspect::rank).containsExactly(3);
        assertThat(suspects.get(0).silent()).isTrue();
        assertThat(suspects.get(0).toString())
                .isEqualTo("rank 3 on b (it has reported nothing;"
                        + " rank 1 on a has been waiting for 5.0 s in all-reduce 9 of replication group [1, 3];"
                        + " rank 2 on b has been waiting for 4.9 s in gather 812 of partition group [2, 3])");
    }

    @Test
    void whoSaysNothingButIsWaitedForByNobodyIsNoSuspect() {
        // Ranks 0 and 1 have not reported yet.
        assertThat(Suspects.of(4, List.of(waiting(2, 5_000, GATHER_HIGH))))
                .extracting(Suspect::rank)
                .containsExactly(3);
    }

    @Test
    void twoFrozenRanksAreBothNamed() {
        assertThat(Suspects.of(4, List.of(waiting(0, 5_000, GATHER_LOW), waiting(2, 5_000, GATHER_HIGH))))
                .extracting(Suspect::rank)
                .containsExactly(1, 3);
    }

    @Test
    void aRankInItsOwnCodeIsNamedWithWhatItSays() {
        WaitReport stuck = new WaitReport(
                3,
                HOSTS,
                List.of(),
                130_000,
                List.of(call(Collective.GATHER, 811, GroupKind.PARTITION, 2, 3), SUM_ODD));

        List<Suspect> suspects = Suspects.of(
                4,
                List.of(
                        waiting(0, 5_000, SUM_EVEN),
                        waiting(1, 5_000, call(Collective.ALL_REDUCE, 10, GroupKind.REPLICATION, 1, 3)),
                        waiting(2, 5_000, GATHER_HIGH),
                        stuck));

        assertThat(suspects).extracting(Suspect::rank).containsExactly(3);
        assertThat(suspects.get(0).silent()).isFalse();
        assertThat(suspects.get(0).reason())
                .startsWith("rank 3 on b has been in its own code for 130 s after starting gather 811 of partition"
                        + " group [2, 3]; rank 1 on a has been waiting");
    }

    @Test
    void theChainOfWaitsIsFollowedToItsEnd() {
        // 0 waits for 2, which waits for 3, which is behind.
        WaitReport behind = new WaitReport(3, HOSTS, List.of(), 100, List.of());

        assertThat(Suspects.of(4, List.of(waiting(0, 5_000, SUM_EVEN), waiting(2, 4_000, GATHER_HIGH), behind)))
                .extracting(Suspect::rank)
                .containsExactly(3);
    }

    @Test
    void whoCameWhenTheOthersHadGivenUpLags() {
        assertThat(Suspects.of(
                        4,
                        List.of(
                                waiting(0, 5_000, SUM_EVEN),
                                waiting(2, 5_000, SUM_EVEN, GATHER_HIGH),
                                waiting(1, 5_000, SUM_ODD),
                                waiting(3, 3, SUM_ODD, GATHER_HIGH))))
                .extracting(Suspect::rank)
                .containsExactly(3);
    }

    @Test
    void aLaterReportOfARankReplacesItsEarlierOne() {
        WaitReport before = new WaitReport(3, HOSTS, List.of(), 6_000, List.of());

        assertThat(Suspects.of(4, List.of(before, waiting(2, 5_000, GATHER_HIGH), waiting(3, 4_000, GATHER_HIGH))))
                .isEmpty();
    }

    @Test
    void ranksThatWaitForEachOtherAreAllNamed() {
        assertThat(Suspects.of(
                        4,
                        List.of(
                                waiting(0, 5_000, SUM_EVEN),
                                waiting(2, 5_000, GATHER_HIGH),
                                waiting(3, 5_000, SUM_ODD),
                                waiting(1, 5_000, GATHER_LOW))))
                .extracting(Suspect::rank)
                .containsExactly(0, 1, 2, 3);
    }

    @Test
    void whereNobodyWaitsNobodyIsSuspected() {
        assertThat(Suspects.of(4, List.of())).isEmpty();
        assertThat(Suspects.of(4, List.of(new WaitReport(1, HOSTS, List.of(), 1, List.of()))))
                .isEmpty();
    }

    @Test
    void reportsOfAnotherWorldAreRefused() {
        assertThatThrownBy(() -> Suspects.of(3, List.of(waiting(0, 1, GATHER_LOW))))
                .hasMessage("Cannot compare what 3 ranks report: rank 0 counts 4 ranks.");
    }

    @Test
    void aReportTravelsSerialized() throws Exception {
        WaitReport report = waiting(2, 5_000, GATHER_HIGH, SUM_EVEN);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(report);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(in.readObject()).isEqualTo(report);
        }
    }

    /** A rank that waits for the first of the calls, and has started the others before. */
    private static WaitReport waiting(int rank, long millis, CollectiveCall... calls) {
        return new WaitReport(rank, HOSTS, List.of(calls[0]), millis, Arrays.asList(calls));
    }

    private static CollectiveCall call(Collective collective, long sequence, GroupKind kind, Integer... ranks) {
        return new CollectiveCall(collective, sequence, kind, Arrays.asList(ranks));
    }
}
