package io.sparkmics.bootstrap.nccl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.collectives.Pending;
import io.sparkmics.bootstrap.deadline.CommunicationException;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.groups.GroupKind;
import io.sparkmics.bootstrap.groups.Place;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** How the transport treats NCCL, seen from a strict stand-in for it. */
class NcclTransportTest {

    private static final CommunicationSettings PAIRS =
            CommunicationSettings.of(2).withTimeout(Duration.ofSeconds(30));

    private final HostNccl nccl = new HostNccl();
    private final List<HostNccl.Rank> runtimes = Collections.synchronizedList(new ArrayList<>());

    @Test
    void eachRankSelectsItsDeviceJoinsOneWorldAndSplitsItsGroupsOff() {
        run(4, PAIRS, rank -> null);
        assertThat(nccl.calls).startsWith("select");
        assertThat(count("select")).isEqualTo(4);
        assertThat(count("join")).isEqualTo(4);
        assertThat(count("split"))
                .as("partition and replication group of each rank")
                .isEqualTo(8);
    }

    @Test
    void aGroupOfAllRanksIsTheWorldItself() {
        run(2, PAIRS, rank -> null);
        assertThat(count("split")).isZero();
        assertThat(count("destroy")).isEqualTo(2);
    }

    @Test
    void theCleanEndFinalizesAndFreesEachCommunicatorOnce() {
        run(4, PAIRS, rank -> sumOverPartition(rank));
        assertThat(count("finalize")).isEqualTo(12);
        assertThat(count("destroy")).isEqualTo(12);
        assertThat(nccl.calls).noneMatch(call -> call.startsWith("abort"));
        assertThat(runtimes).allSatisfy(runtime -> assertThat(runtime.marks()).isZero());
    }

    @Test
    void anAbortEndsAllCommunicatorsOfTheRankInOneGroup() {
        run(4, PAIRS, rank -> {
            rank.abort();
            rank.abort();
            return null;
        });
        assertThat(nccl.calls.stream().filter(call -> call.startsWith("abort")))
                .containsExactly("abort 3", "abort 3", "abort 3", "abort 3");
        assertThat(nccl.calls).doesNotContain("finalize", "destroy");
    }

    @Test
    void aRankThatNeverJoinsFailsTheOthersAtTheDeadlineAndLeavesNoCommunicator() {
        assertThatThrownBy(() -> joinAlone(PAIRS.withTimeout(Duration.ofSeconds(2))))
                .isInstanceOf(CommunicationException.class)
                .hasMessage("Cannot join the 2 ranks as rank 0: no end within PT2S. Look for the first error of the"
                        + " other ranks.");
        assertThat(nccl.calls).containsExactly("select", "join", "abort 1");
    }

    @Test
    void aCancelledTaskStopsJoining() {
        assertThatThrownBy(() -> joinAlone(PAIRS.withCancelled(() -> nccl.calls.contains("join"))))
                .isInstanceOf(CommunicationException.class)
                .hasMessage("Cannot join the 2 ranks as rank 0: the task was cancelled.");
        assertThat(nccl.calls).containsExactly("select", "join", "abort 1");
    }

    /** As the first of two ranks, of which the other one never comes. */
    private void joinAlone(CommunicationSettings settings) {
        HostNccl.Rank runtime = nccl.rank();
        runtime.select();
        NcclWorld.join(runtime, runtime.uniqueId(), 2, 0, List.of(), settings);
    }

    @Test
    void anIdShowsNothingOfItself() {
        UniqueId id = nccl.rank().uniqueId();
        String hex = HexFormat.of().formatHex(id.bytes());
        String base64 = Base64.getEncoder().encodeToString(id.bytes());
        assertThat(id.toString()).doesNotContain(hex.substring(0, 8), base64.substring(0, 8));
        assertThatThrownBy(() -> new UniqueId(new byte[] {1, 2, 3}))
                .hasMessage("Cannot read an NCCL unique id: it has 3 bytes and must have 128.");
    }

    @Test
    void onlyPartitionZeroMakesAnIdAndOnlyWhereSomeoneWillUseIt() {
        assertThat(offer(0, 2)).hasSize(4 + UniqueId.BYTES);
        assertThat(offer(1, 2)).hasSize(4);
        assertThat(offer(0, 1)).hasSize(4);
    }

    @Test
    void ranksWithDifferentLibrariesAreTold() {
        AtomicInteger rank = new AtomicInteger();
        ThreadRanks ranks = ThreadRanks.of(2)
                .with(PAIRS)
                .over(() -> new NcclTransport(nccl.rank(rank.getAndIncrement() == 0 ? 22903 : 22807)));
        assertThatThrownBy(() -> ranks.run(one -> null))
                .cause()
                .isInstanceOf(CommunicationException.class)
                .hasMessageContaining("2.29.3")
                .hasMessageContaining("2.28.7")
                .hasMessageEndingWith("Install the same version on all hosts.");
        assertThat(nccl.calls).as("before any communicator").isEmpty();
    }

    @Test
    void gathersThatComeTogetherAreLaunchedTogetherAndThoseOfNothingNotAtAll() {
        run(2, PAIRS.withChecking(false), rank -> {
            try (PointerScope scope = new PointerScope()) {
                List<Tensor> shards = List.of(torch.ones(3), torch.ones(0), torch.ones(5));
                List<Tensor> wholes = List.of(torch.zeros(6), torch.zeros(0), torch.zeros(10));
                rank.communicator(GroupKind.PARTITION).gather(shards, wholes).join();
                rank.synchronize();
                assertThat(wholes)
                        .extracting(whole -> whole.sum().item_double())
                        .containsExactly(6.0, 0.0, 10.0);
            }
            return null;
        });
        assertThat(runtimes)
                .allSatisfy(runtime -> assertThat(runtime.launches)
                        .as("the meeting of the world, and the gathers")
                        .containsExactly(1, 2));
        assertThat(runtimes).allSatisfy(runtime -> assertThat(runtime.marks()).isZero());
    }

    @Test
    void whatWasJoinedIsNoResultAfterAnAbort() {
        CyclicBarrier joined = new CyclicBarrier(2);
        run(2, PAIRS, rank -> {
            try (PointerScope scope = new PointerScope()) {
                Pending pending = rank.communicator(GroupKind.PARTITION).allReduce(torch.ones(100));
                pending.join();
                joined.await(1, TimeUnit.MINUTES);
                rank.abort();
                assertThatThrownBy(pending::await)
                        .isInstanceOf(CommunicationException.class)
                        .hasMessageEndingWith("the communicator was aborted.");
            }
            return null;
        });
    }

    @Test
    void aSynchronizedRankHasAllResults() {
        CyclicBarrier done = new CyclicBarrier(2);
        run(2, PAIRS, rank -> {
            try (PointerScope scope = new PointerScope()) {
                var sum = torch.ones(100);
                rank.communicator(GroupKind.PARTITION).allReduce(sum).join();
                rank.synchronize();
                assertThat(sum.sum().item_double()).isEqualTo(200);
            }
            done.await(1, TimeUnit.MINUTES);
            rank.abort();
            assertThatThrownBy(rank::synchronize)
                    .hasMessage("Cannot finish what cpu computes: the communicator was aborted.");
            return null;
        });
    }

    @Test
    void synchronizingWaitsForTheDevice() {
        CyclicBarrier joined = new CyclicBarrier(2);
        CyclicBarrier interrupted = new CyclicBarrier(2);
        run(2, PAIRS, rank -> {
            joined.await(1, TimeUnit.MINUTES);
            runtimes.forEach(runtime -> runtime.computing = new CompletableFuture<>());
            Thread.currentThread().interrupt();
            assertThatThrownBy(rank::synchronize)
                    .isInstanceOf(CommunicationException.class)
                    .hasMessage("Cannot finish what cpu computes: the thread was interrupted.");
            assertThat(Thread.interrupted()).isTrue();
            interrupted.await(1, TimeUnit.MINUTES);
            return null;
        });
    }

    private Object sumOverPartition(RankContext rank) {
        try (PointerScope scope = new PointerScope()) {
            for (int i = 0; i < 5; i++) {
                // Joined and never awaited: its mark is given back all the same.
                rank.communicator(GroupKind.PARTITION).allReduce(torch.ones(10)).join();
            }
        }
        return null;
    }

    private void run(int worldSize, CommunicationSettings settings, ThreadRanks.Body<Object> body) {
        ThreadRanks.of(worldSize).with(settings).over(() -> transport()).run(body);
    }

    private NcclTransport transport() {
        HostNccl.Rank runtime = nccl.rank();
        runtimes.add(runtime);
        return new NcclTransport(runtime);
    }

    private byte[] offer(int partition, int worldSize) {
        return transport().offer(place(partition), worldSize, PAIRS);
    }

    private static Place place(int partition) {
        return new Place(partition, "localhost", "localhost", Optional.empty());
    }

    private long count(String call) {
        return Collections.frequency(nccl.calls, call);
    }
}
