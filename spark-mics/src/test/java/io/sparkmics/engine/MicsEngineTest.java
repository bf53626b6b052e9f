package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.groups.GatherMode;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.engine.shard.StateCopy;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.Model;
import io.sparkmics.model.Stage;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MicsEngineTest {

    private static final OptimizerSettings ADAMW = new OptimizerSettings.AdamW(0.9, 0.95, 1e-8, 0.1);
    private static final GptConfig SMALL =
            Gpt.config().layers(3).heads(2).width(16).context(12).vocabularySize(29);

    private static Case run(int world, int p, GatherMode gather, int b, int s, GptConfig config, int steps) {
        EngineSettings settings = new EngineSettings(ADAMW, 1, 3, Precision.FLOAT32);
        return new Case(config, world, p, 2, gather, b, s, settings, steps);
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void hierarchicalGatherIsTheFlatOneToTheBit(Precision precision) {
        EngineSettings settings = new EngineSettings(ADAMW, 1, 3, precision);
        Outcome flat = EngineTraining.run(new Case(SMALL, 4, 4, 2, GatherMode.FLAT, 1, 2, settings, 5))
                .get(0);
        Outcome hierarchical = EngineTraining.run(new Case(SMALL, 4, 4, 2, GatherMode.HIERARCHICAL, 1, 2, settings, 5))
                .get(0);
        assertSame(hierarchical, flat);
    }

    @Test
    void theSameRunTwiceIsTheSameToTheBit() {
        Case run = run(4, 2, GatherMode.AUTOMATIC, 2, 2, SMALL.dropout(0.1), 5);
        assertSame(EngineTraining.run(run).get(0), EngineTraining.run(run).get(0));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 20})
    void howFarGathersAreAheadMakesNoDifferenceToTheBit(int ahead) {
        EngineSettings settings = new EngineSettings(ADAMW, 1, 3, Precision.FLOAT32);
        EngineSettings further = settings.with(OverlapSettings.STANDARD.withGathersAhead(ahead));
        for (GatherMode gather : List.of(GatherMode.FLAT, GatherMode.HIERARCHICAL)) {
            Outcome one = EngineTraining.run(new Case(SMALL, 4, 4, 2, gather, 1, 2, settings, 3))
                    .get(0);
            assertSame(
                    EngineTraining.run(new Case(SMALL, 4, 4, 2, gather, 1, 2, further, 3))
                            .get(0),
                    one);
        }
    }

    /** Groups of three and one, and of two and two: each adds up its squares in another order. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void replicasOnUnevenHostsAreTheSameToTheBit(Precision precision) {
        EngineSettings clipped = new EngineSettings(ADAMW, 1e-3, 3, precision);
        List<Outcome> ranks = EngineTraining.run(new Case(SMALL, 8, 4, 3, GatherMode.FLAT, 1, 1, clipped, 10));
        for (Outcome rank : ranks) {
            assertThat(rank.norms()).isEqualTo(ranks.get(0).norms());
            ranks.get(0)
                    .parameters()
                    .forEach((name, values) ->
                            assertThat(rank.parameters().get(name)).as(name).containsExactly(values));
        }
    }

    private static void assertSame(Outcome actual, Outcome expected) {
        assertThat(actual.losses()).isEqualTo(expected.losses());
        expected.parameters()
                .forEach((name, values) ->
                        assertThat(actual.parameters().get(name)).as(name).containsExactly(values));
    }

    @Test
    void dropoutDependsOnTheSeedAndNotOnHowTheBatchIsSplit() {
        GptConfig dropped = SMALL.dropout(0.2);
        List<Double> alone = EngineTraining.run(run(1, 1, GatherMode.FLAT, 8, 1, dropped, 6))
                .get(0)
                .losses();
        for (Case split : List.of(
                run(1, 1, GatherMode.FLAT, 2, 4, dropped, 6),
                run(2, 2, GatherMode.FLAT, 1, 4, dropped, 6),
                run(4, 2, GatherMode.FLAT, 2, 1, dropped, 6))) {
            assertClose(EngineTraining.run(split).get(0).losses(), alone);
        }
        List<Double> without = EngineTraining.run(run(1, 1, GatherMode.FLAT, 8, 1, SMALL, 6))
                .get(0)
                .losses();
        assertThat(alone).isNotEqualTo(without);
    }

    @Test
    void anotherSeedDropsOtherThings() {
        Case run = run(1, 1, GatherMode.FLAT, 2, 1, SMALL.dropout(0.2), 2);
        EngineSettings other = new EngineSettings(ADAMW, 1, 4, Precision.FLOAT32);
        Case reseeded = new Case(run.config(), 1, 1, 2, GatherMode.FLAT, 2, 1, other, 2);
        assertThat(EngineTraining.run(reseeded).get(0).losses())
                .isNotEqualTo(EngineTraining.run(run).get(0).losses());
    }

    @Test
    void everyWorldSizeHasTheSameLossCurve() {
        List<Double> alone = EngineTraining.run(run(1, 1, GatherMode.FLAT, 4, 2, SMALL, 50))
                .get(0)
                .losses();
        assertClose(
                EngineTraining.run(run(2, 2, GatherMode.FLAT, 4, 1, SMALL, 50))
                        .get(0)
                        .losses(),
                alone);
        assertClose(
                EngineTraining.run(run(4, 2, GatherMode.FLAT, 1, 2, SMALL, 50))
                        .get(0)
                        .losses(),
                alone);
    }

    private static void assertClose(List<Double> actual, List<Double> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int step = 0; step < expected.size(); step++) {
            assertThat(actual.get(step))
                    .as("step " + step)
                    .isCloseTo(expected.get(step), within(1e-5 * expected.get(step)));
        }
    }

    @Test
    void unitsAreGoneBetweenStepsAndNeverMoreThanTwoNeighboursStand() {
        Case run = run(2, 2, GatherMode.FLAT, 1, 2, SMALL, 3);
        EngineTraining.overSockets(run).run(ranks -> {
            try (MicsEngine engine = new MicsEngine(run.config().build(), run.settings(), ranks)) {
                assertThat(engine.gatheredBytes()).isZero();
                for (long step = 0; step < run.steps(); step++) {
                    engine.step(step, EngineTraining.microBatches(run, ranks.rank(), step), 1e-3);
                    assertThat(engine.gatheredBytes()).isZero();
                }
                List<Long> bytes = engine.layout().shards().stream()
                        .map(shard -> 4 * shard.paddedSize())
                        .toList();
                long all = bytes.stream().mapToLong(Long::longValue).sum();
                // wte and wpe, and three blocks, and ln_f: the last block beside the head, or two blocks.
                long head = bytes.get(0) + bytes.get(5);
                long block = bytes.get(2);
                assertThat(engine.peakGatheredBytes())
                        .isEqualTo(Math.max(2 * block, block + head))
                        .isLessThan(all);
            }
            return null;
        });
    }

    @Test
    void anEngineThatCannotBeMadeLeavesNothingBehind() {
        EngineSettings settings = run(1, 1, GatherMode.FLAT, 1, 1, SMALL, 1).settings();
        ThreadRanks.of(1).with(CommunicationSettings.of(1)).run(ranks -> {
            AtomicInteger asked = new AtomicInteger();
            Model model = () -> {
                // The first time for its units, which are allocated then.
                if (asked.incrementAndGet() > 1) {
                    throw new IllegalStateException("no stages any more");
                }
                return SMALL.build().stages();
            };
            long before = Pointer.totalCount();
            assertThatThrownBy(() -> new MicsEngine(model, settings, ranks)).hasMessage("no stages any more");
            // Of each unit one empty handle waits for the garbage collector; tensors do not.
            assertThat(Pointer.totalCount() - before)
                    .isLessThanOrEqualTo(SMALL.build().units().size());
            return null;
        });
    }

    @Test
    void stepsEvaluationsAndCopiesLeaveNoHandleToTheGarbageCollector() {
        Case run = run(1, 1, GatherMode.FLAT, 2, 1, SMALL, 4);
        ThreadRanks.of(1).with(CommunicationSettings.of(1)).run(ranks -> {
            try (MicsEngine engine = new MicsEngine(run.config().build(), run.settings(), ranks);
                    StateCopy copy = engine.newStateCopy()) {
                long before = Long.MAX_VALUE;
                for (long step = 0; step < run.steps(); step++) {
                    engine.step(step, EngineTraining.microBatches(run, 0, step), 1e-3);
                    engine.evaluate(EngineTraining.microBatches(run, 0, step));
                    copy.take();
                    copy.forEach((unit, kind, shard) -> {});
                    // Fewer where the collector takes what other tests have left.
                    assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
                    before = Pointer.totalCount();
                }
            }
            return null;
        });
    }

    @Test
    void aStageThatReadsWhatItsUnitsDoNotDeclareIsAnError() {
        Stage reading =
                Staged.stage(List.of(Staged.matrix("own", 2, 2)), (input, weights, pass) -> weights.get("secret"));
        assertThatThrownBy(() -> ThreadRanks.of(1)
                        .with(CommunicationSettings.of(1))
                        .run(ranks -> {
                            Case run = run(1, 1, GatherMode.FLAT, 1, 1, SMALL, 1);
                            try (MicsEngine engine = new MicsEngine(Staged.of(reading), run.settings(), ranks)) {
                                return engine.step(0, EngineTraining.microBatches(run, 0, 0), 1e-3);
                            }
                        }))
                .hasRootCauseMessage("Cannot read parameter secret in a stage of units [own]: they declare [own].");
    }
}
