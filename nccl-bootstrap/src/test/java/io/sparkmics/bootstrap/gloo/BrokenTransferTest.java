package io.sparkmics.bootstrap.gloo;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.deadline.CommunicationException;
import io.sparkmics.bootstrap.groups.GroupKind;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A message that is half here, or half gone, when its connection closes. */
class BrokenTransferTest {

    private static final int ELEMENTS = 1 << 25;

    /** @param millis from the start of the transfer until one rank fails: somewhere in its middle */
    @ParameterizedTest
    @ValueSource(ints = {5, 10, 20, 40, 60, 80})
    void bothEndsLetGoOfTheirMemory(int millis) {
        CyclicBarrier start = new CyclicBarrier(2);
        List<Long> stillUsed = ThreadRanks.of(2)
                .over(() -> GlooTransport.on("127.0.0.1"))
                .run(rank -> {
                    try (PointerScope scope = new PointerScope()) {
                        Tensor shard = torch.ones(ELEMENTS);
                        Tensor whole = torch.zeros(2L * ELEMENTS);
                        long users = whole.storage().use_count();
                        start.await(1, TimeUnit.MINUTES);
                        try {
                            rank.abortOnFailure(() -> {
                                gather(rank, shard, whole, millis);
                                return null;
                            });
                        } catch (IllegalStateException | CommunicationException broken) {
                            // On a fast machine one rank may have got everything before.
                        }
                        return whole.storage().use_count() - users;
                    }
                });
        assertThat(stillUsed).containsExactly(0L, 0L);
    }

    private static void gather(RankContext rank, Tensor shard, Tensor whole, int millis) {
        var pending = rank.communicator(GroupKind.PARTITION).gather(shard, whole);
        if (rank.rank() == 1) {
            try {
                Thread.sleep(millis);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            throw new IllegalStateException("a fault in the middle");
        }
        pending.await();
    }
}
