package io.sparkmics.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.deadline.PeerException;
import io.sparkmics.bootstrap.groups.GroupKind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** Four ranks in partition groups of two, which are cancelled in the middle of their collectives. */
class CancelledRanksTest {

    private static final CommunicationSettings SETTINGS = CommunicationSettings.of(2);
    private static final int SIZE = 100_003;

    @Test
    void allRanksReturnFromTheirCollectivesAndTheSameJvmComputesTheSameBits() {
        List<float[]> before = computed();
        for (int round = 0; round < 3; round++) {
            assertThat(millisFromCancelToReturn()).isLessThan(2_000);
        }
        List<float[]> after = computed();
        for (int rank = 0; rank < 4; rank++) {
            assertThat(after.get(rank)).isEqualTo(before.get(rank));
        }
    }

    /** One rank stays away, so the others are in all stages of their waits. */
    private static long millisFromCancelToReturn() {
        AtomicBoolean cancelled = new AtomicBoolean();
        AtomicLong cancelTime = new AtomicLong();
        CountDownLatch waiting = new CountDownLatch(3);
        CountDownLatch returned = new CountDownLatch(3);
        List<Long> millis = ThreadRanks.of(4)
                .with(SETTINGS.withCancelled(cancelled::get))
                .run(rank -> {
                    long end;
                    if (rank.rank() == 3) {
                        assertThat(waiting.await(1, TimeUnit.MINUTES)).isTrue();
                        // All have started, and those that can have gone on.
                        Thread.sleep(300);
                        cancelTime.set(System.nanoTime());
                        cancelled.set(true);
                        assertThat(returned.await(1, TimeUnit.MINUTES)).isTrue();
                        end = System.nanoTime();
                    } else {
                        waiting.countDown();
                        String message = endless(rank);
                        end = System.nanoTime();
                        returned.countDown();
                        assertThat(message).startsWith("Cannot ");
                    }
                    return Duration.ofNanos(end - cancelTime.get()).toMillis();
                });
        return millis.stream().mapToLong(Long::longValue).max().getAsLong();
    }

    private static String endless(RankContext rank) {
        try (PointerScope scope = new PointerScope()) {
            Tensor tensor = torch.ones(SIZE);
            while (true) {
                rank.abortOnFailure(() -> {
                    for (GroupKind kind : List.of(GroupKind.PARTITION, GroupKind.REPLICATION)) {
                        rank.communicator(kind).allReduce(tensor).await();
                    }
                    return null;
                });
            }
        } catch (PeerException e) {
            return e.getMessage();
        }
    }

    /** What each rank has after some steps whose sums round. */
    private static List<float[]> computed() {
        return ThreadRanks.of(4).with(SETTINGS).run(rank -> {
            try (PointerScope scope = new PointerScope()) {
                Tensor values = torch.arange(new Scalar(SIZE)).to(torch.ScalarType.Float);
                for (int step = 1; step <= 5; step++) {
                    values.mul_(new Scalar(0.1 / (rank.rank() + 1))).add_(new Scalar(1.0 / step));
                    rank.communicator(GroupKind.PARTITION).allReduce(values).await();
                    rank.communicator(GroupKind.REPLICATION).allReduce(values).await();
                }
                float[] result = new float[SIZE];
                new FloatPointer(values.data_ptr_float()).get(result);
                return result;
            }
        });
    }
}
