package io.sparkmics.bootstrap.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.bootstrap.CommunicationException;
import io.sparkmics.bootstrap.CommunicationSettings;
import io.sparkmics.bootstrap.Communicator;
import io.sparkmics.bootstrap.GroupKind;
import io.sparkmics.bootstrap.LinkClass;
import io.sparkmics.bootstrap.Pending;
import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.gloo.GlooTransport;
import io.sparkmics.bootstrap.machine.Setting;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Storage;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for groups that span hosts with several members on some: no other test of the contract needs so many ranks. */
class HierarchicalRanksTest {

    /** No multiple of the hosts, nor of their members, and some pieces in a ring. */
    private static final int SIZE = 1_300_007;

    private static final String WHERE = " of partition group [0, 1, 2, 3] on rank ";

    private static ThreadRanks ranks(int worldSize, int ranksPerNode) {
        return ThreadRanks.of(worldSize).ranksPerNode(ranksPerNode);
    }

    private static ThreadRanks twoHosts(CommunicationSettings settings) {
        return ranks(4, 2).with(settings.withChecking(false));
    }

    /** Sums of numbers of such different sizes that every order has another one. */
    @ParameterizedTest
    @CsvSource({"4, 2", "6, 2", "3, 2", "4, 3", "8, 3"})
    void everyMemberHasTheSameBitsAndSoHasEveryRun(int worldSize, int ranksPerNode) {
        List<float[]> first = sums(ranks(worldSize, ranksPerNode));
        List<float[]> second = sums(ranks(worldSize, ranksPerNode));
        assertThat(first).allSatisfy(sum -> assertThat(sum).isEqualTo(first.get(0)));
        assertThat(second).allSatisfy(sum -> assertThat(sum).isEqualTo(first.get(0)));
    }

    /** With one member on each host or all on one there is nothing to change, and no bit changes. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void whatIsInsideAHostOrAloneOnItsHostsHasTheBitsOfOneRing(int ranksPerNode) {
        List<float[]> ring = sums(ranks(3, ranksPerNode).over(() -> GlooTransport.on("127.0.0.1")));
        assertThat(sums(ranks(3, ranksPerNode)).get(0)).isEqualTo(ring.get(0));
    }

    /** Each host sums what it has, then the hosts do. */
    @Test
    void theSumIsThatOfTheHosts() {
        List<float[]> sums = sums(ranks(4, 2));
        try (PointerScope scope = new PointerScope()) {
            Tensor expected = values(0).add(values(1)).add(values(2).add(values(3)));
            assertThat(sums.get(0)).isEqualTo(floats(expected));
            Tensor flat = values(0).add(values(1)).add(values(2)).add(values(3));
            assertThat(sums.get(0)).isNotEqualTo(floats(flat));
        }
    }

    private static List<float[]> sums(ThreadRanks ranks) {
        return ranks.run(rank -> {
            try (PointerScope scope = new PointerScope()) {
                Tensor sum = values(rank.rank());
                partition(rank).allReduce(sum).await();
                return floats(sum);
            }
        });
    }

    private static Tensor values(int rank) {
        return torch.arange(new Scalar(SIZE), torch.dtype(torch.ScalarType.Double))
                .mul(new Scalar(0.37 * (rank + 1)))
                .sin()
                .mul(new Scalar(Math.pow(10, rank)))
                .to(torch.ScalarType.Float);
    }

    private static float[] floats(Tensor tensor) {
        float[] floats = new float[SIZE];
        new FloatPointer(tensor.data_ptr_float()).get(floats);
        return floats;
    }

    @Test
    void turnedOffAllMembersMakeOneRing() {
        String setting = Setting.HIERARCHICAL_COLLECTIVES.property();
        System.setProperty(setting, "off");
        try {
            List<Long> sent = ranks(4, 2).run(rank -> {
                try (PointerScope scope = new PointerScope()) {
                    partition(rank).allReduce(torch.ones(1000)).await();
                }
                return rank.traffic().bytes(GroupKind.PARTITION, LinkClass.BETWEEN_NODES);
            });
            assertThat(sent).containsExactly(0L, 6000L, 0L, 6000L);
        } finally {
            System.clearProperty(setting);
        }
    }

    /** Rank 3 stays away: its neighbour waits for it in memory, the others for each other. */
    @Test
    void aSilentRankFailsAllOthersAtTheDeadlineAndItsNeighbourNamesIt() {
        CountDownLatch failed = new CountDownLatch(3);
        List<String> messages = twoHosts(CommunicationSettings.of(4).withTimeout(Duration.ofSeconds(5)))
                .run(rank -> rank.rank() == 3 ? silent(failed) : failing(rank, failed));
        assertThat(messages.subList(0, 3))
                .allSatisfy(message -> assertThat(message).startsWith("Cannot finish all-reduce 0" + WHERE));
        assertThat(messages.subList(0, 3))
                .anySatisfy(message -> assertThat(message).contains("no end within PT5S"));
        assertThat(messages.get(2)).contains("this one waited for rank 3 on 127.0.0.1");
    }

    @Test
    void anAbortOnOneHostWakesAllMembersLongBeforeTheDeadline() {
        List<String> messages = twoHosts(CommunicationSettings.of(4)).run(rank -> {
            if (rank.rank() == 1) {
                rank.abort();
                return "aborted";
            }
            return failure(rank);
        });
        for (int rank : List.of(0, 2, 3)) {
            assertThat(messages.get(rank))
                    .startsWith("Cannot finish all-reduce 0" + WHERE + rank + ": ")
                    .doesNotContain("no end within");
        }
    }

    @Test
    void aCancelledTaskAndAnInterruptedThreadStopWaiting() {
        AtomicBoolean cancelled = new AtomicBoolean();
        CountDownLatch failed = new CountDownLatch(3);
        List<String> messages = twoHosts(CommunicationSettings.of(4).withCancelled(cancelled::get))
                .run(rank -> {
                    if (rank.rank() == 0) {
                        return silent(failed);
                    }
                    if (rank.rank() == 1) {
                        Thread.currentThread().interrupt();
                    }
                    if (rank.rank() == 2) {
                        cancelled.set(true);
                    }
                    String message = failing(rank, failed);
                    assertThat(Thread.interrupted()).isEqualTo(rank.rank() == 1);
                    return message;
                });
        assertThat(messages.get(1)).containsAnyOf("the thread was interrupted", "the task was cancelled");
        assertThat(messages.subList(2, 4))
                .allSatisfy(message -> assertThat(message).startsWith("Cannot finish all-reduce 0" + WHERE));
    }

    /** One member of each host, the other one silent. */
    @Test
    void aFailedWaitLetsGoOfAllThatWasStarted() {
        CountDownLatch failed = new CountDownLatch(2);
        twoHosts(CommunicationSettings.of(4)).run(rank -> {
            if (rank.rank() % 2 == 1) {
                return silent(failed);
            }
            try (PointerScope scope = new PointerScope()) {
                Tensor whole = torch.ones(1_000_000);
                Storage memory = whole.storage();
                long users = memory.use_count();
                List<Pending> pending = List.of(
                        partition(rank).allReduce(whole),
                        partition(rank).gather(torch.ones(250_000), whole),
                        partition(rank).reduceScatter(whole, torch.ones(250_000)));
                Thread.currentThread().interrupt();
                assertThatThrownBy(() -> pending.get(0).await()).isInstanceOf(CommunicationException.class);
                assertThat(Thread.interrupted()).isTrue();
                assertThat(memory.use_count()).isEqualTo(users);
                assertThatThrownBy(() -> pending.get(2).await()).isInstanceOf(CommunicationException.class);
            } finally {
                failed.countDown();
            }
            return null;
        });
    }

    private static String silent(CountDownLatch others) throws InterruptedException {
        assertThat(others.await(1, TimeUnit.MINUTES)).isTrue();
        return "";
    }

    private static String failing(RankContext rank, CountDownLatch failed) {
        try {
            return failure(rank);
        } finally {
            failed.countDown();
        }
    }

    private static String failure(RankContext rank) {
        try (PointerScope scope = new PointerScope()) {
            partition(rank).allReduce(torch.ones(1000)).await();
            return "no failure";
        } catch (CommunicationException e) {
            return e.getMessage();
        }
    }

    private static Communicator partition(RankContext rank) {
        return rank.communicator(GroupKind.PARTITION);
    }
}
