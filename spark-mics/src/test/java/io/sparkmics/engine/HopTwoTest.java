package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.groups.GatherMode;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.device.ReductionPrecision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.Model;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When hop 2 of a unit's gradients begins, and that it makes no difference to the result. */
class HopTwoTest {

    private static final GptConfig CONFIG =
            Gpt.config().layers(3).heads(2).width(16).context(12).vocabularySize(29);
    private static final int MICRO_STEPS = 2;
    private static final String HOP_TWO = "ALL_REDUCE REPLICATION";
    private static final String FIRST_STAGE = "backward 0";

    /** wte, wpe, three blocks and ln_f, each a bucket of its own. */
    private static final int BUCKETS = 6;

    private static final OverlapSettings BY_UNIT = OverlapSettings.STANDARD.withMessageBytes(1);

    private static EngineSettings settings(OverlapSettings overlap) {
        return new EngineSettings(new OptimizerSettings.AdamW(0.9, 0.95, 1e-8, 0.1), 1, 3, Precision.FLOAT32)
                .with(overlap);
    }

    private static Case run(int p, OverlapSettings overlap) {
        return new Case(CONFIG, 4, p, 2, GatherMode.AUTOMATIC, 1, MICRO_STEPS, settings(overlap), 3);
    }

    /** What each rank does in a step whose collectives are not compared. */
    private static List<List<String>> step(int p, OverlapSettings overlap) {
        Case run = run(p, overlap);
        Model model = RecordedRank.recorded(CONFIG.build());
        return ThreadRanks.of(4)
                .ranksPerNode(2)
                .over(RecordedRank::transport)
                .with(CommunicationSettings.of(p).withChecking(false))
                .run(ranks -> {
                    try (MicsEngine engine = new MicsEngine(model, run.settings(), ranks)) {
                        RecordedRank.events().clear();
                        engine.step(0, EngineTraining.microBatches(run, ranks.rank(), 0), 1e-3);
                        return List.copyOf(RecordedRank.events());
                    }
                });
    }

    private static long count(List<String> events, String event) {
        return events.stream().filter(event::equals).count();
    }

    /** Under the backward pass of the first stage hop 1 of the block before it is under way, where there is a hop 1. */
    @ParameterizedTest
    @CsvSource({"1, 4", "2, 3"})
    void itBeginsForAUnitUnderTheBackwardPassOfThoseBeforeIt(int p, int startedBeforeFirstStage) {
        for (List<String> events : step(p, BY_UNIT)) {
            List<String> before = events.subList(0, events.lastIndexOf(FIRST_STAGE));
            assertThat(count(before, HOP_TWO)).isEqualTo(startedBeforeFirstStage);
            // Of the last micro-step alone.
            assertThat(events.indexOf(HOP_TWO)).isGreaterThan(events.indexOf(FIRST_STAGE));
            assertThat(count(events, FIRST_STAGE)).isEqualTo(MICRO_STEPS);
            // And the loss.
            assertThat(count(events, HOP_TWO)).isEqualTo(BUCKETS + 1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void itCanBeKeptBehindTheLastBackwardPass(int p) {
        for (List<String> events : step(p, BY_UNIT.withoutHopTwo())) {
            assertThat(events.indexOf(HOP_TWO)).isGreaterThan(events.lastIndexOf(FIRST_STAGE));
            assertThat(count(events, HOP_TWO)).isEqualTo(BUCKETS + 1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void smallUnitsGoTogether(int p) {
        for (List<String> events : step(p, OverlapSettings.STANDARD)) {
            assertThat(count(events, HOP_TWO)).isEqualTo(1 + 1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void theResultIsTheSameToTheBitWheneverItBegins(int p) {
        List<Outcome> overlapped = EngineTraining.run(run(p, BY_UNIT));
        List<Outcome> behind = EngineTraining.run(run(p, BY_UNIT.withoutHopTwo()));
        for (int rank = 0; rank < overlapped.size(); rank++) {
            assertThat(overlapped.get(rank)).usingRecursiveComparison().isEqualTo(behind.get(rank));
        }
    }

    /** All replicas hold what was summed for them. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void allRanksEndWithTheSameParameters(int p) {
        List<Outcome> ranks = EngineTraining.run(run(p, BY_UNIT));
        for (Outcome rank : ranks) {
            assertThat(rank).usingRecursiveComparison().isEqualTo(ranks.get(0));
        }
    }

    private static Case rounded(int p, OverlapSettings overlap) {
        EngineSettings settings = settings(overlap).withReplication(ReductionPrecision.BFLOAT16);
        return new Case(CONFIG, 4, p, 2, GatherMode.AUTOMATIC, 1, MICRO_STEPS, settings, 3);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void inBfloat16AllRanksEndWithTheSameParametersWheneverItBegins(int p) {
        List<Outcome> ranks = EngineTraining.run(rounded(p, BY_UNIT));
        List<Outcome> behind = EngineTraining.run(rounded(p, BY_UNIT.withoutHopTwo()));
        for (int rank = 0; rank < ranks.size(); rank++) {
            assertThat(ranks.get(rank)).usingRecursiveComparison().isEqualTo(ranks.get(0));
            assertThat(ranks.get(rank)).usingRecursiveComparison().isEqualTo(behind.get(rank));
        }
        List<Outcome> precise = EngineTraining.run(run(p, BY_UNIT));
        assertThat(ranks.get(0).parameters().get("transformer.wte.weight"))
                .isNotEqualTo(precise.get(0).parameters().get("transformer.wte.weight"));
    }

    @Test
    void whereNothingIsSentNothingIsRounded() {
        List<Outcome> rounded = EngineTraining.run(rounded(4, BY_UNIT));
        List<Outcome> precise = EngineTraining.run(run(4, BY_UNIT));
        for (int rank = 0; rank < rounded.size(); rank++) {
            assertThat(rounded.get(rank)).usingRecursiveComparison().isEqualTo(precise.get(rank));
        }
    }
}
