package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.Collective;
import io.sparkmics.bootstrap.GatherMode;
import io.sparkmics.bootstrap.GroupKind;
import io.sparkmics.bootstrap.Pending;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.device.WaitKind;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.model.Gpt;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a rank says that it has waited for. */
class WaitTest {

    private static final long DELAY = TimeUnit.MILLISECONDS.toNanos(3);
    private static final int MICRO_STEPS = 2;

    private static Case run(int p) {
        return new Case(
                Gpt.config().layers(2).heads(2).width(16).context(8).vocabularySize(31),
                4,
                p,
                2,
                GatherMode.FLAT,
                1,
                MICRO_STEPS,
                new EngineSettings(new OptimizerSettings.Sgd(), 0, 7, Precision.FLOAT32)
                        .with(OverlapSettings.STANDARD.withMessageBytes(1)),
                1);
    }

    private static List<Map<WaitKind, Long>> waits(Case run, TappedTransport.Tap tap) {
        return EngineTraining.ranks(run).over(() -> new TappedTransport(tap)).run(ranks -> {
            try (MicsEngine engine = new MicsEngine(run.config().build(), run.settings(), ranks)) {
                assertThat(engine.waits()).containsOnlyKeys(WaitKind.values());
                assertThat(engine.waits().values()).containsOnly(0L);
                engine.step(0, EngineTraining.microBatches(run, ranks.rank(), 0), 1e-3);
                return engine.waits();
            }
        });
    }

    /** Whoever waits for it waits so much longer, whenever it was done. */
    private static Pending delayed(Pending collective) {
        return () -> {
            collective.await();
            long end = System.nanoTime() + DELAY;
            while (System.nanoTime() < end) {
                LockSupport.parkNanos(end - System.nanoTime());
            }
        };
    }

    /** wte is read by the embedding and by the head, blocks there and back; six units take hop 1, and as many buckets hop 2. */
    @ParameterizedTest
    @CsvSource({
        "GATHER, PARTITION, GATHER, 16",
        "REDUCE_SCATTER, PARTITION, HOP_ONE, 10",
        "ALL_REDUCE, REPLICATION, HOP_TWO, 5",
        "ALL_REDUCE, PARTITION, NORM, 2"
    })
    void theWaitForACollectiveIsToldByWhatItIsFor(Collective slow, GroupKind where, WaitKind told, int waits) {
        List<Map<WaitKind, Long>> ranks = waits(
                run(2),
                (collective, group, start) ->
                        collective == slow && group == where ? delayed(start.get()) : start.get());
        for (Map<WaitKind, Long> rank : ranks) {
            assertThat(rank.get(told)).isGreaterThanOrEqualTo(waits * DELAY);
        }
    }

    @Test
    void whereNothingIsShardedNothingIsWaitedForButHopTwoAndTheNorm() {
        for (Map<WaitKind, Long> rank : waits(run(1), (collective, group, start) -> delayed(start.get()))) {
            assertThat(rank).containsEntry(WaitKind.GATHER, 0L).containsEntry(WaitKind.HOP_ONE, 0L);
            assertThat(rank.get(WaitKind.HOP_TWO)).isGreaterThanOrEqualTo(5 * DELAY);
        }
    }
}
