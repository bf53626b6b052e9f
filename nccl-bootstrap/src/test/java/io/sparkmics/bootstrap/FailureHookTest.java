package io.sparkmics.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.bootstrap.deadline.CommunicationException;
import io.sparkmics.bootstrap.deadline.PeerException;
import io.sparkmics.bootstrap.deadline.UninterruptibleWait;
import io.sparkmics.bootstrap.groups.GroupKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class FailureHookTest {

    @Test
    void theFirstCauseIsToldBeforeAnyoneElseFails() {
        List<String> told = Collections.synchronizedList(new ArrayList<>());
        ThreadRanks.of(3).run(rank -> {
            rank.onFailure(failure -> {
                if (rank.rank() == 1) {
                    // Long enough for the others to overtake it, if they could.
                    sleep(500);
                }
                told.add(rank.rank() + " " + consequence(failure));
            });
            assertThatThrownBy(() -> rank.abortOnFailure(() -> {
                        if (rank.rank() == 1) {
                            throw new IllegalStateException("a bad row");
                        }
                        return sum(rank);
                    }))
                    .isInstanceOf(RuntimeException.class);
            return null;
        });
        assertThat(told.get(0)).isEqualTo("1 false");
        assertThat(told).containsExactlyInAnyOrder("1 false", "0 true", "2 true");
    }

    @Test
    void aHookThatThrowsIsAddedToTheFailureAndTheOthersFail() {
        List<String> messages = failBeside(failure -> {
            throw new IllegalStateException("no driver");
        });
        assertThat(messages.get(0)).isEqualTo("a bad row, suppressed: no driver");
    }

    @Test
    void aHookThatHangsKeepsNobody() {
        CountDownLatch never = new CountDownLatch(1);
        List<String> messages = failBeside(failure -> await(never));
        never.countDown();
        assertThat(messages.get(0))
                .isEqualTo("a bad row, suppressed: Cannot tell of this failure: no end within 2000 ms.");
    }

    @Test
    void theHookIsSetOnceAndToldOnce() {
        List<Throwable> told = new ArrayList<>();
        ThreadRanks.of(1).run(rank -> {
            rank.onFailure(told::add);
            assertThatThrownBy(() -> rank.onFailure(told::add))
                    .hasMessage("Cannot set who is told of this rank's failure: it was set before.");
            assertThatThrownBy(() -> rank.abortOnFailure(() -> rank.abortOnFailure(() -> {
                        throw new IllegalStateException("a bad row");
                    })))
                    .hasMessage("a bad row");
            return null;
        });
        assertThat(told).hasSize(1);
    }

    /** What rank 0 fails with, while rank 1 waits for it with a deadline of five minutes. */
    private static List<String> failBeside(Consumer<Throwable> hook) {
        CyclicBarrier together = new CyclicBarrier(2);
        return ThreadRanks.of(2).run(rank -> {
            together.await(1, TimeUnit.MINUTES);
            if (rank.rank() == 0) {
                rank.onFailure(hook);
            }
            try {
                rank.abortOnFailure(() -> {
                    if (rank.rank() == 0) {
                        throw new IllegalStateException("a bad row");
                    }
                    return sum(rank);
                });
                return "no failure";
            } catch (PeerException e) {
                return "followed";
            } catch (IllegalStateException e) {
                return e.getMessage() + ", suppressed: " + e.getSuppressed()[0].getMessage();
            }
        });
    }

    private static boolean consequence(Throwable failure) {
        return failure instanceof CommunicationException communication && communication.consequence();
    }

    private static Object sum(RankContext rank) {
        try (Tensor tensor = torch.ones(1)) {
            rank.communicator(GroupKind.PARTITION).allReduce(tensor).await();
            return null;
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(CountDownLatch latch) {
        UninterruptibleWait.within(60_000, millis -> latch.await(millis, TimeUnit.MILLISECONDS));
    }
}
