package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.CommunicationSettings;
import io.sparkmics.bootstrap.GatherMode;
import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.Model;
import io.sparkmics.model.Unit;
import io.sparkmics.plan.MemoryModel;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the plan predicts is what the engine allocates. */
class EngineMemoryTest {

    private static final GptConfig CONFIG =
            Gpt.config().layers(4).heads(2).width(16).context(12).vocabularySize(29);
    private static final OptimizerSettings ADAMW = new OptimizerSettings.AdamW(0.9, 0.95, 1e-8, 0.1);

    @ParameterizedTest
    @EnumSource(Precision.class)
    void theEngineHoldsWhatIsPlannedAndNothingMoreAfterwards(Precision precision) {
        Model model = CONFIG.build();
        List<Unit> units = model.units();
        for (int p : new int[] {1, 2, 4}) {
            EngineSettings settings = new EngineSettings(ADAMW, 1, 3, precision);
            MemoryModel plan = new MemoryModel(
                    units.stream().map(Unit::size).toList(),
                    model.stages().stream()
                            .map(stage ->
                                    stage.units().stream().map(units::indexOf).toList())
                            .toList(),
                    settings.elementBytes());
            Case run = new Case(CONFIG, 4, p, 4, GatherMode.FLAT, 1, 2, settings, 2);
            ThreadRanks.of(4).ranksPerNode(4).with(CommunicationSettings.of(p)).run(ranks -> {
                try (MicsEngine engine = new MicsEngine(model, settings, ranks)) {
                    assertThat(engine.arenaBytes()).isEqualTo(plan.gatheredUnits(p));
                    assertThat(engine.memory().engineBytes()).isEqualTo(plan.heldBytes(p));
                    assertThat(engine.memory().peakBytes()).isZero();
                    for (long step = 0; step < run.steps(); step++) {
                        engine.step(step, EngineTraining.microBatches(run, ranks.rank(), step), 1e-3);
                        assertThat(engine.peakGatheredBytes()).isLessThanOrEqualTo(engine.arenaBytes());
                    }
                    assertThat(engine.memory().engineBytes()).isEqualTo(plan.heldBytes(p));
                }
                return null;
            });
        }
    }
}
