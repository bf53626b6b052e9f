package io.sparkmics.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.collectives.Pending;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.deadline.PeerException;
import io.sparkmics.bootstrap.deadline.RankProgress;
import io.sparkmics.bootstrap.deadline.RankWatch;
import io.sparkmics.bootstrap.deadline.StuckRank;
import io.sparkmics.bootstrap.groups.GroupKind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class RankWatchTest {

    private static final CommunicationSettings SHORT = CommunicationSettings.of(2)
            .withChecking(false)
            .withTimeout(Duration.ofSeconds(1))
            .withFirstTimeout(Duration.ofMinutes(5));

    @Test
    void codeThatStaysAwayFromTheCollectivesIsToldWithItsPlace() {
        List<String> told = ThreadRanks.of(2).with(SHORT).run(rank -> {
            sum(rank);
            rank.firstStepDone();
            BlockingQueue<StuckRank> found = new LinkedBlockingQueue<>();
            try (RankWatch watch = rank.watch(found::add)) {
                return rank.rank() == 0 ? ownCode(found) : "";
            }
        });
        assertThat(told.get(0))
                .matches(
                        "rank 0 on 127\\.0\\.0\\.1 has been in its own code for \\d+\\.\\d s after starting all-reduce 0 of"
                                + " partition group \\[0, 1\\], at .+ in io\\.sparkmics\\.bootstrap\\.RankWatchTest\\.ownCode\\(.+\\)");
    }

    /** As a model that sleeps. */
    private static String ownCode(BlockingQueue<StuckRank> found) throws InterruptedException {
        return found.poll(1, TimeUnit.MINUTES) + "";
    }

    @Test
    void aWaitInACollectiveIsNotTheRanksOwnCode() {
        CountDownLatch failed = new CountDownLatch(1);
        List<String> told = ThreadRanks.of(2).with(SHORT).run(rank -> {
            sum(rank);
            BlockingQueue<StuckRank> found = new LinkedBlockingQueue<>();
            try (RankWatch watch = rank.watch(found::add)) {
                if (rank.rank() == 0) {
                    rank.firstStepDone();
                    // Three deadlines long.
                    StuckRank stuck = found.poll(3, TimeUnit.SECONDS);
                    failed.countDown();
                    sum(rank);
                    return stuck == null ? "nobody" : "rank 0";
                }
                sum(rank);
                assertThat(failed.getCount()).isZero();
                return found.isEmpty() ? "nobody" : found + "";
            }
        });
        assertThat(told).containsExactly("rank 0", "nobody");
    }

    @Test
    void workThatSaysItGoesOnIsNotStuck() {
        ThreadRanks.of(1)
                .with(SHORT.withPartitionGroupSize(1).withFirstTimeout(Duration.ofSeconds(1)))
                .run(rank -> {
                    BlockingQueue<StuckRank> found = new LinkedBlockingQueue<>();
                    try (RankWatch watch = rank.watch(found::add)) {
                        for (int part = 0; part < 25; part++) {
                            Thread.sleep(100);
                            rank.active();
                        }
                        assertThat(found).isEmpty();
                        assertThat(found.poll(1, TimeUnit.MINUTES).report().started())
                                .isEmpty();
                        // One stall is told once.
                        assertThat(found.poll(2, TimeUnit.SECONDS)).isNull();
                    }
                    return null;
                });
    }

    @Test
    void aCancelledRankIsAbortedFromBeside() {
        AtomicBoolean cancelled = new AtomicBoolean();
        CountDownLatch failed = new CountDownLatch(1);
        List<String> messages = ThreadRanks.of(2).with(SHORT).run(rank -> {
            if (rank.rank() == 0) {
                assertThat(failed.await(1, TimeUnit.MINUTES)).isTrue();
                return "";
            }
            try (Tensor tensor = torch.ones(1)) {
                Pending pending = rank.communicator(GroupKind.PARTITION).broadcast(tensor, 0);
                CommunicationSettings own = SHORT.withCancelled(cancelled::get);
                CountDownLatch aborted = new CountDownLatch(1);
                try (RankWatch watch = new RankWatch(
                        Thread.currentThread(),
                        new RankProgress(1, List.of("a", "a")),
                        own,
                        () -> {
                            rank.abort();
                            aborted.countDown();
                        },
                        stuck -> {})) {
                    cancelled.set(true);
                    // This thread looks at nothing, as one in native code.
                    assertThat(aborted.await(1, TimeUnit.MINUTES)).isTrue();
                }
                pending.await();
                return "no failure";
            } catch (PeerException e) {
                return e.getMessage();
            } finally {
                failed.countDown();
            }
        });
        assertThat(messages.get(1)).endsWith("the communicator was aborted.");
    }

    private static void sum(RankContext rank) {
        try (Tensor tensor = torch.ones(1)) {
            rank.communicator(GroupKind.PARTITION).allReduce(tensor).await();
        }
    }
}
