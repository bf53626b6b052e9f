package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.groups.GatherMode;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.engine.shard.StateCopy;
import io.sparkmics.engine.shard.StateSource;
import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A run that ends and goes on in other engines is the one that never ended. */
class ResumeTest {

    private static final OptimizerSettings ADAMW = new OptimizerSettings.AdamW(0.9, 0.95, 1e-8, 0.1);
    private static final OptimizerSettings SGD = new OptimizerSettings.Sgd();

    /** Of its units one divides by 4, the others leave 2. */
    private static final GptConfig CONFIG = Gpt.config()
            .layers(2)
            .heads(2)
            .width(10)
            .context(7)
            .vocabularySize(29)
            .dropout(0.1);

    private static final int GLOBAL_BATCH = 8;

    private record Leg(List<Double> losses, SavedStates begin, SavedStates end) {}

    private record RankLeg(List<Double> losses, SavedStates.Part begin, SavedStates.Part end) {}

    private static Case run(int worldSize, int partitionGroupSize, EngineSettings settings) {
        int perRank = GLOBAL_BATCH / worldSize;
        int micro = Math.min(2, perRank);
        return new Case(
                CONFIG, worldSize, partitionGroupSize, 2, GatherMode.AUTOMATIC, micro, perRank / micro, settings, 0);
    }

    /** Steps [from, to), in engines of their own. */
    private static Leg leg(Case run, SavedStates saved, long from, long to) {
        List<RankLeg> ranks = EngineTraining.ranks(run).run(rank -> rankLeg(run, rank, saved, from, to));
        int p = run.partitionGroupSize();
        return new Leg(
                ranks.get(0).losses(),
                SavedStates.of(ranks.stream().map(RankLeg::begin).toList(), p),
                SavedStates.of(ranks.stream().map(RankLeg::end).toList(), p));
    }

    private static RankLeg rankLeg(Case run, RankContext ranks, SavedStates saved, long from, long to)
            throws IOException {
        List<Double> losses = new ArrayList<>();
        try (MicsEngine engine = new MicsEngine(run.config().build(), run.settings(), ranks);
                StateCopy copy = engine.newStateCopy()) {
            if (saved != null) {
                engine.restore(saved, saved.updates());
            }
            copy.take();
            SavedStates.Part begin = SavedStates.Part.of(copy);
            for (long step = from; step < to; step++) {
                losses.add(
                        engine.step(step, EngineTraining.microBatches(run, ranks.rank(), step), run.learningRate(step))
                                .loss());
            }
            copy.take();
            return new RankLeg(losses, begin, SavedStates.Part.of(copy));
        }
    }

    static Stream<Arguments> engines() {
        return Stream.of(Precision.values())
                .flatMap(precision -> Stream.of(ADAMW, SGD).map(optimizer -> Arguments.of(precision, optimizer)));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void onTheSameRanksItIsTheSameToTheBit(Precision precision, OptimizerSettings optimizer) {
        Case run = run(4, 2, new EngineSettings(optimizer, 1, 3, precision));

        Leg undisturbed = leg(run, null, 0, 6);
        Leg first = leg(run, null, 0, 3);
        Leg second = leg(run, first.end(), 3, 6);

        second.begin().assertSame(first.end());
        second.end().assertSame(undisturbed.end());
        assertThat(first.losses()).isEqualTo(undisturbed.losses().subList(0, 3));
        assertThat(second.losses()).isEqualTo(undisturbed.losses().subList(3, 6));
        assertThat(undisturbed.end().updates()).isEqualTo(optimizer == ADAMW ? 6 : 0);
    }

    static List<OptimizerSettings> optimizers() {
        return List.of(ADAMW, SGD);
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void onOtherRanksStatesAreTheSameToTheBitAndLossesToTheNoiseOfSums(OptimizerSettings optimizer) {
        EngineSettings settings = new EngineSettings(optimizer, 1, 3, Precision.FLOAT64);
        int[][] placements = {{4, 4}, {4, 2}, {2, 1}, {1, 1}, {4, 2}};
        int steps = 3;
        List<Double> undisturbed = leg(run(2, 2, settings), null, 0, (long) placements.length * steps)
                .losses();

        List<Double> losses = new ArrayList<>();
        SavedStates saved = null;
        for (int[] placement : placements) {
            long from = losses.size();
            Leg leg = leg(run(placement[0], placement[1], settings), saved, from, from + steps);
            if (saved != null) {
                leg.begin().assertSame(saved);
            }
            losses.addAll(leg.losses());
            saved = leg.end();
        }

        for (int step = 0; step < losses.size(); step++) {
            assertThat(losses.get(step)).as("step " + step).isCloseTo(undisturbed.get(step), within(1e-10));
        }
    }

    /** With p = 4 one rank has nothing of a unit of 3 parameters but padding. */
    @ParameterizedTest
    @CsvSource({"4, 4", "4, 2", "1, 1"})
    void aSkippedStepIsNoUpdateAfterwardsEither(int worldSize, int partitionGroupSize) {
        SavedStates before = skipping(4, 4, null, 0, 4);
        assertThat(before.updates()).isEqualTo(3);

        SavedStates after = skipping(worldSize, partitionGroupSize, before, 4, 4);
        after.assertSame(before);
        SavedStates goneOn = skipping(4, 4, after, 4, 6);
        goneOn.assertSame(skipping(4, 4, null, 0, 6));
        assertThat(goneOn.updates()).isEqualTo(5);
    }

    /** Step 1 is skipped. */
    private static SavedStates skipping(int worldSize, int partitionGroupSize, SavedStates saved, long from, long to) {
        EngineSettings settings = new EngineSettings(ADAMW, 1, 7, Precision.FLOAT32);
        List<SavedStates.Part> parts = ThreadRanks.of(worldSize)
                .with(CommunicationSettings.of(partitionGroupSize))
                .run(ranks -> {
                    try (MicsEngine engine = new MicsEngine(SkippedStepTest.MODEL, settings, ranks);
                            StateCopy copy = engine.newStateCopy()) {
                        if (saved != null) {
                            engine.restore(saved, saved.updates());
                        }
                        for (long step = from; step < to; step++) {
                            double factor = step == 1 ? Double.NaN : 1;
                            MicroBatch batch = SkippedStepTest.batch(
                                    step, ranks.rank(), settings.precision().compute(), factor);
                            engine.step(step, List.of(batch).iterator(), 1e-2);
                        }
                        copy.take();
                        return SavedStates.Part.of(copy);
                    }
                });
        return SavedStates.of(parts, partitionGroupSize);
    }

    @Test
    void whatTheSourceCannotReadAndCountsThatAreNoneAreErrors() {
        Case run = run(1, 1, new EngineSettings(ADAMW, 1, 3, Precision.FLOAT32));
        EngineTraining.ranks(run).run(ranks -> {
            try (MicsEngine engine = new MicsEngine(run.config().build(), run.settings(), ranks)) {
                StateSource torn = (unit, kind, from, target) -> {
                    throw new IOException("torn at " + unit.name());
                };
                assertThatThrownBy(() -> engine.restore(torn, 1))
                        .isInstanceOf(IOException.class)
                        .hasMessage("torn at wte");
                assertThatThrownBy(() -> engine.restore(torn, -1))
                        .hasMessage("Cannot restore states that -1 updates have made: there is no such number.");
            }
            return null;
        });
    }
}
