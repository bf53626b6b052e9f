package io.sparkmics.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sparkmics.bootstrap.CollectiveCases.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Storage;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What every transport must do; a test of a transport extends it. */
public abstract class CommunicatorContract {

    private static final CommunicationSettings UNCHECKED =
            CommunicationSettings.of(2).withChecking(false);

    /** A new transport for one rank on this host. */
    protected abstract Transport transport();

    /** How many ranks there can be at once: larger worlds are left out. */
    protected int ranksAtOnce() {
        return Integer.MAX_VALUE;
    }

    /** How many consecutive ranks are on a node, of as many as there are. */
    protected int ranksPerNode(int worldSize) {
        return worldSize;
    }

    static List<World> worlds() {
        return CollectiveCases.worlds();
    }

    @ParameterizedTest
    @MethodSource("worlds")
    void everyCollectiveIsRightInEveryGroup(World world) {
        boolean oneNode = world.ranksPerNode() == world.size();
        ranks(world.size(), CommunicationSettings.of(world.partitionGroupSize()))
                .ranksPerNode(oneNode ? ranksPerNode(world.size()) : world.ranksPerNode())
                .run(CollectiveCases::checkAll);
    }

    @Test
    void integersAndBytesTravelToo() {
        ranks(3, CommunicationSettings.of(3)).run(rank -> {
            CollectiveCases.check(rank.device(), partition(rank), torch.ScalarType.Int, 1003);
            CollectiveCases.check(rank.device(), partition(rank), torch.ScalarType.Byte, 1003);
            return null;
        });
    }

    /** Several pieces of a broadcast, and chunks that no socket takes at once. */
    @ParameterizedTest
    @CsvSource({"3, 3", "4, 2"})
    void largeTensorsArriveWhole(int worldSize, int partitionGroupSize) {
        ranks(worldSize, CommunicationSettings.of(partitionGroupSize)).run(rank -> {
            for (GroupKind kind : List.of(GroupKind.PARTITION, GroupKind.REPLICATION)) {
                Communicator group = rank.communicator(kind);
                for (torch.ScalarType type : CollectiveCases.TYPES) {
                    if (group.group().size() > 1) {
                        CollectiveCases.check(rank.device(), group, type, 500_009);
                    }
                }
            }
            return null;
        });
    }

    @Test
    void collectivesInFlightKeepTheirOrderAndTheirTensors() {
        ranks(2, UNCHECKED).run(rank -> {
            Communicator group = partition(rank);
            try (PointerScope scope = new PointerScope()) {
                List<Tensor> results = new ArrayList<>();
                List<Pending> pending = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    Tensor shard =
                            CollectiveCases.filled(rank.device(), torch.ScalarType.Double, 50_000, i + rank.rank());
                    Tensor whole = CollectiveCases.filled(rank.device(), torch.ScalarType.Double, 100_000, -1);
                    pending.add(group.gather(shard, whole));
                    // The caller's handle may go, the memory may not.
                    shard.close();
                    results.add(whole);
                }
                pending.forEach(Pending::await);
                pending.forEach(Pending::await);
                for (int i = 0; i < 20; i++) {
                    Tensor expected = torch.cat(CollectiveCases.tensors(
                            CollectiveCases.filled(rank.device(), torch.ScalarType.Double, 50_000, i),
                            CollectiveCases.filled(rank.device(), torch.ScalarType.Double, 50_000, i + 1)));
                    assertThat(results.get(i).equal(expected)).isTrue();
                }
            }
            return null;
        });
    }

    @Test
    void gathersThatAreStartedTogetherAreAllThereAtTheEndOfOneWait() {
        ranks(2, CommunicationSettings.of(2)).run(rank -> {
            try (PointerScope scope = new PointerScope()) {
                List<Tensor> shards = new ArrayList<>();
                List<Tensor> wholes = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    shards.add(CollectiveCases.filled(rank.device(), torch.ScalarType.Double, 1000 * i, rank.rank()));
                    wholes.add(CollectiveCases.filled(rank.device(), torch.ScalarType.Double, 2000 * i, -1));
                }
                partition(rank).gather(shards, wholes).await();
                for (int i = 0; i < 3; i++) {
                    Tensor expected = torch.cat(CollectiveCases.tensors(
                            CollectiveCases.filled(rank.device(), torch.ScalarType.Double, 1000 * i, 0),
                            CollectiveCases.filled(rank.device(), torch.ScalarType.Double, 1000 * i, 1)));
                    assertThat(wholes.get(i).equal(expected)).isTrue();
                }
                allReduce(rank);
            }
            return null;
        });
    }

    @Test
    void whatFollowsAJoinSeesTheResult() {
        ranks(2, UNCHECKED).run(rank -> {
            try (PointerScope scope = new PointerScope()) {
                Tensor sum = ones(rank, 100_000).to(torch.ScalarType.Double);
                for (int i = 0; i < 3; i++) {
                    partition(rank).allReduce(sum).join();
                    sum.add_(new Scalar(1.0));
                }
                rank.synchronize();
                assertThat(sum.sum().item_double()).isEqualTo(100_000 * 15);
            }
            return null;
        });
    }

    @Test
    void anOperationReadsWhatTheOneBeforeItMade() {
        ranks(4, UNCHECKED).run(rank -> {
            try (PointerScope scope = new PointerScope()) {
                Communicator pair = partition(rank);
                Communicator replicas = rank.communicator(GroupKind.REPLICATION);
                Tensor sum = ones(rank, 1000).to(torch.ScalarType.Double);
                Pending both = pair.allReduce(sum).then(() -> replicas.allReduce(sum));
                both.await();
                both.await();
                assertThat(sum.sum().item_double()).isEqualTo(4000);
            }
            return null;
        });
    }

    @Test
    void aSilentRankFailsItsPeersAtTheDeadline() {
        CountDownLatch failed = new CountDownLatch(1);
        // Made outside: where there cannot be two ranks this skips, which is not the failure that is expected.
        ThreadRanks ranks = ranks(2, UNCHECKED.withTimeout(Duration.ofSeconds(5)));
        assertThatThrownBy(() -> ranks.run(rank -> {
                    if (rank.rank() == 0) {
                        assertThat(failed.await(1, TimeUnit.MINUTES)).isTrue();
                        return null;
                    }
                    try {
                        return allReduce(rank);
                    } finally {
                        failed.countDown();
                    }
                }))
                .cause()
                .isInstanceOf(PeerException.class)
                .hasCauseInstanceOf(TimeoutException.class)
                .hasMessageStartingWith(
                        "Cannot finish all-reduce 0 of partition group [0, 1] on rank 1: no end within PT5S."
                                + " Look for the first error of the other ranks")
                .satisfies(failure -> {
                    WaitReport report =
                            ((CommunicationException) failure).report().get();
                    assertThat(report.rank()).isOne();
                    assertThat(report.waits())
                            .containsExactly(
                                    new CollectiveCall(Collective.ALL_REDUCE, 0, GroupKind.PARTITION, List.of(0, 1)));
                    assertThat(report.millis()).isBetween(5_000L, 60_000L);
                });
    }

    @Test
    void theDeadlineIsTheLongOneUntilTheFirstStepIsDone() {
        CountDownLatch failed = new CountDownLatch(1);
        CommunicationSettings settings =
                UNCHECKED.withTimeout(Duration.ofSeconds(1)).withFirstTimeout(Duration.ofMinutes(5));
        List<String> messages = ranks(2, settings).run(rank -> {
            if (rank.rank() == 0) {
                // The other one waits for longer than its later waits may last.
                Thread.sleep(2_000);
            }
            allReduce(rank);
            rank.firstStepDone();
            if (rank.rank() == 0) {
                assertThat(failed.await(1, TimeUnit.MINUTES)).isTrue();
                return "";
            }
            String message = failure(() -> allReduce(rank));
            failed.countDown();
            return message;
        });
        assertThat(messages.get(1)).contains("all-reduce 1 of partition group", "no end within PT1S");
    }

    @Test
    void anAbortWakesEveryMemberLongBeforeTheDeadline() {
        List<String> messages = ranks(4, CommunicationSettings.of(4).withChecking(false))
                .run(rank -> {
                    if (rank.rank() == 2) {
                        rank.abort();
                        return "aborted";
                    }
                    return failure(() -> allReduce(rank));
                });
        assertThat(messages.get(2)).isEqualTo("aborted");
        assertThat(messages).allSatisfy(message -> assertThat(message).doesNotContain("no end within"));
        assertThat(messages.get(0))
                .startsWith("Cannot finish all-reduce 0 of partition group [0, 1, 2, 3] on rank 0: ");
    }

    @Test
    void anAbortFromAnotherThreadWakesTheWaiting() {
        CountDownLatch failed = new CountDownLatch(1);
        List<String> messages = ranks(2, UNCHECKED).run(rank -> {
            if (rank.rank() == 0) {
                assertThat(failed.await(1, TimeUnit.MINUTES)).isTrue();
                return "";
            }
            Pending pending = partition(rank).broadcast(ones(rank, 1), 0);
            new Thread(rank::abort).start();
            String message = failure(() -> pending);
            failed.countDown();
            return message;
        });
        assertThat(messages.get(1))
                .isEqualTo(
                        "Cannot finish broadcast 0 of partition group [0, 1] on rank 1: the communicator was aborted.");
    }

    @Test
    void workThatFailsGivesUpWhatIsInFlightBeforeItsMemoryIsFreed() {
        CountDownLatch failed = new CountDownLatch(1);
        List<String> messages = ranks(2, UNCHECKED).run(rank -> {
            if (rank.rank() == 0) {
                assertThat(failed.await(1, TimeUnit.MINUTES)).isTrue();
                return "";
            }
            AtomicReference<Pending> pending = new AtomicReference<>();
            List<Long> usersWhenFreed = new ArrayList<>();
            try (PointerScope scope = new PointerScope()) {
                Tensor sent = ones(rank, 1);
                Storage memory = sent.storage();
                long users = memory.use_count();
                assertThatThrownBy(() -> {
                            try (AutoCloseable freed = () -> usersWhenFreed.add(memory.use_count())) {
                                rank.abortOnFailure(() -> {
                                    pending.set(partition(rank).broadcast(sent, 0));
                                    throw new IllegalStateException("a bad row");
                                });
                            }
                        })
                        .hasMessage("a bad row");
                assertThat(usersWhenFreed).containsExactly(users);
            }
            String message = failure(pending::get);
            failed.countDown();
            return message;
        });
        assertThat(messages.get(1))
                .isEqualTo(
                        "Cannot finish broadcast 0 of partition group [0, 1] on rank 1: the communicator was aborted.");
    }

    @Test
    void closingEndsWhatAnErrorLeftInFlight() {
        CountDownLatch closed = new CountDownLatch(1);
        List<String> messages = ranks(2, UNCHECKED).run(rank -> {
            if (rank.rank() == 0) {
                assertThat(closed.await(1, TimeUnit.MINUTES)).isTrue();
                return "";
            }
            Communicator group = partition(rank);
            Pending pending = group.broadcast(ones(rank, 1), 0);
            rank.close();
            rank.close();
            closed.countDown();
            assertThatThrownBy(() -> group.broadcast(ones(rank, 1), 0))
                    .isInstanceOf(CommunicationException.class)
                    .hasMessage(
                            "Cannot start broadcast in partition group [0, 1] on rank 1: the communicator is closed.");
            return failure(() -> pending);
        });
        assertThat(messages.get(1)).endsWith("on rank 1: the communicator was aborted.");
    }

    @Test
    void aCancelledTaskStopsWaiting() {
        AtomicBoolean cancelled = new AtomicBoolean();
        CyclicBarrier joined = new CyclicBarrier(2);
        CountDownLatch failed = new CountDownLatch(1);
        List<String> messages = ranks(2, UNCHECKED.withCancelled(cancelled::get))
                .run(rank -> {
                    joined.await(1, TimeUnit.MINUTES);
                    if (rank.rank() == 0) {
                        assertThat(failed.await(1, TimeUnit.MINUTES)).isTrue();
                        return "";
                    }
                    cancelled.set(true);
                    String message = failure(() -> allReduce(rank));
                    failed.countDown();
                    return message;
                });
        assertThat(messages.get(1))
                .isEqualTo("Cannot finish all-reduce 0 of partition group [0, 1] on rank 1: the task was cancelled.");
    }

    @Test
    void anInterruptedThreadStopsWaitingAndStaysInterrupted() {
        List<String> messages = ranks(2, UNCHECKED).run(rank -> {
            if (rank.rank() == 0) {
                return failure(() -> allReduce(rank));
            }
            Thread.currentThread().interrupt();
            String message = failure(() -> allReduce(rank));
            assertThat(Thread.interrupted()).isTrue();
            return message;
        });
        assertThat(messages.get(1)).endsWith("on rank 1: the thread was interrupted.");
    }

    @Test
    void aFailedWaitLetsGoOfAllThatWasStarted() {
        CountDownLatch failed = new CountDownLatch(1);
        List<String> messages = ranks(2, UNCHECKED).run(rank -> {
            if (rank.rank() == 0) {
                assertThat(failed.await(1, TimeUnit.MINUTES)).isTrue();
                return "";
            }
            try (PointerScope scope = new PointerScope()) {
                Communicator group = partition(rank);
                Tensor whole = ones(rank, 2000);
                Storage memory = whole.storage();
                long users = memory.use_count();
                List<Pending> pending = new ArrayList<>();
                for (int i = 0; i < 100; i++) {
                    pending.add(group.gather(ones(rank, 1000), whole));
                }
                assertThat(memory.use_count()).isGreaterThanOrEqualTo(users + 100);
                Thread.currentThread().interrupt();
                String message = failure(() -> pending.get(0));
                long usersAfterwards = memory.use_count();
                assertThat(Thread.interrupted()).isTrue();
                assertThat(usersAfterwards).isEqualTo(users);
                assertThat(failure(() -> pending.get(99))).endsWith("the communicator was aborted.");
                return message;
            } finally {
                failed.countDown();
            }
        });
        assertThat(messages.get(1)).endsWith("on rank 1: the thread was interrupted.");
    }

    @Test
    void newGroupsFormInAJvmWhereOthersWereAborted() {
        for (int round = 0; round < 3; round++) {
            CyclicBarrier checked = new CyclicBarrier(2);
            ranks(2, UNCHECKED).run(rank -> {
                CollectiveCases.check(rank.device(), partition(rank), torch.ScalarType.Float, 100);
                checked.await(1, TimeUnit.MINUTES);
                rank.abort();
                return null;
            });
        }
    }

    @Test
    void membersThatDifferAllThrowAndSayHow() {
        assertDiffer(
                "all-reduce 0 of 3 Float",
                "all-reduce 0 of 2 Float",
                rank -> partition(rank).allReduce(ones(rank, 3)),
                rank -> partition(rank).allReduce(ones(rank, 2)));
        assertDiffer(
                "all-reduce 0 of 2 Float",
                "all-reduce 0 of 2 Long",
                rank -> partition(rank).allReduce(ones(rank, 2)),
                rank -> partition(rank).allReduce(CollectiveCases.filled(rank.device(), torch.ScalarType.Long, 2, 0)));
        assertDiffer(
                "gather 0 of 2 Float",
                "reduce-scatter 0 of 2 Float",
                rank -> partition(rank).gather(ones(rank, 1), ones(rank, 2)),
                rank -> partition(rank).reduceScatter(ones(rank, 2), ones(rank, 1)));
        assertDiffer(
                "broadcast 0 of 1 Float from member 0",
                "broadcast 0 of 1 Float from member 1",
                rank -> partition(rank).broadcast(ones(rank, 1), 0),
                rank -> partition(rank).broadcast(ones(rank, 1), 1));
    }

    private void assertDiffer(String zero, String one, Call callOfZero, Call callOfOne) {
        List<String> messages = ranks(2, CommunicationSettings.of(2))
                .run(rank -> failure(() -> (rank.rank() == 0 ? callOfZero : callOfOne).of(rank)));
        assertThat(messages)
                .allSatisfy(message -> assertThat(message)
                        .startsWith("Cannot start ")
                        .contains("the members differ: rank 0 calls " + zero + "; rank 1 calls " + one + "."));
    }

    @Test
    void theComparisonGoesOffAndOnAgainWithoutLosingCount() {
        List<String> messages = ranks(2, CommunicationSettings.of(2)).run(rank -> {
            Communicator group = partition(rank);
            group.allReduce(ones(rank, 2)).await();
            rank.checking(false);
            group.allReduce(ones(rank, 2)).await();
            rank.checking(true);
            return failure(() -> group.allReduce(ones(rank, 2 + rank.rank())));
        });
        assertThat(messages)
                .allSatisfy(message -> assertThat(message)
                        .contains("rank 0 calls all-reduce 2 of 2 Float; rank 1 calls all-reduce 2 of 3 Float"));
    }

    @Test
    void argumentsThatOneRankSeesToBeWrongAreRefused() {
        ranks(2, UNCHECKED).run(rank -> {
            Communicator group = partition(rank);
            String where = " in partition group [0, 1] on rank " + rank.rank() + ": ";
            assertThatThrownBy(() -> group.gather(ones(rank, 1), ones(rank, 3)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Cannot start gather" + where
                            + "the whole has 3 elements and must have 1 for each of the 2 members.");
            assertThatThrownBy(() -> group.reduceScatter(ones(rank, 3), ones(rank, 1)))
                    .hasMessageContaining("the whole has 3 elements");
            assertThatThrownBy(() -> group.gather(
                            ones(rank, 1), CollectiveCases.filled(rank.device(), torch.ScalarType.Double, 2, 0)))
                    .hasMessage("Cannot start gather" + where + "the shard is of type Float, the whole of Double.");
            assertThatThrownBy(() -> group.allReduce(ones(rank, 4, 4).t()))
                    .hasMessage("Cannot start all-reduce" + where + "a tensor of 16 elements is not contiguous.");
            assertThatThrownBy(() -> group.allReduce(ones(rank, 2).to(torch.ScalarType.Half)))
                    .hasMessage("Cannot start all-reduce" + where + "the type Half is not supported.");
            assertThatThrownBy(() -> group.broadcast(ones(rank, 1), 2))
                    .hasMessage("Cannot start broadcast" + where + "the root 2 is not one of its 2 members.");
            assertThatThrownBy(() -> group.allReduce(new Tensor()))
                    .hasMessage("Cannot start all-reduce" + where + "a tensor is undefined.");
            // Nobody has sent anything: the group still works.
            CollectiveCases.check(rank.device(), group, torch.ScalarType.Float, 3);
            return null;
        });
    }

    @Test
    void collectivesLeaveNothingBehind() throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(2);
        List<Long> grown = ranks(2, CommunicationSettings.of(2)).run(rank -> {
            Communicator group = partition(rank);
            CollectiveCases.check(rank.device(), group, torch.ScalarType.Float, 100);
            barrier.await(1, TimeUnit.MINUTES);
            long before = Pointer.totalCount();
            for (int i = 0; i < 50; i++) {
                CollectiveCases.check(rank.device(), group, torch.ScalarType.Float, 100);
            }
            barrier.await(1, TimeUnit.MINUTES);
            return Pointer.totalCount() - before;
        });
        assertThat(grown).allSatisfy(count -> assertThat(count).isLessThan(20));
    }

    /** One operation of one member. */
    @FunctionalInterface
    private interface Call {
        Pending of(RankContext rank);
    }

    /** Something that may fail. */
    @FunctionalInterface
    private interface Attempt {
        Pending start();
    }

    private static String failure(Attempt attempt) {
        try (PointerScope scope = new PointerScope()) {
            attempt.start().await();
            return "no failure";
        } catch (CommunicationException e) {
            return e.getMessage();
        }
    }

    private static Communicator partition(RankContext rank) {
        return rank.communicator(GroupKind.PARTITION);
    }

    private static Pending allReduce(RankContext rank) {
        Pending pending = partition(rank).allReduce(ones(rank, 1000));
        pending.await();
        return pending;
    }

    private static Tensor ones(RankContext rank, long... sizes) {
        return torch.ones(sizes, rank.device().options(torch.ScalarType.Float));
    }

    private ThreadRanks ranks(int worldSize, CommunicationSettings settings) {
        assumeThat(worldSize)
                .as("the number of ranks, where there can be at most " + ranksAtOnce())
                .isLessThanOrEqualTo(ranksAtOnce());
        return ThreadRanks.of(worldSize)
                .ranksPerNode(ranksPerNode(worldSize))
                .with(settings)
                .over(this::transport);
    }
}
