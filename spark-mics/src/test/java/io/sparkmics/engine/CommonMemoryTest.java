package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.groups.GatherMode;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.plan.MemoryModel;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a partition group's ranks are threads of one process, each computes with what lies in the shards of all. */
class CommonMemoryTest {

    private static final GptConfig CONFIG =
            Gpt.config().layers(3).heads(2).width(16).context(12).vocabularySize(29);

    private static Case run(int worldSize, int partitionGroupSize, Precision precision) {
        EngineSettings settings =
                new EngineSettings(new OptimizerSettings.AdamW(0.9, 0.95, 1e-8, 0.1), 1, 3, precision);
        return new Case(CONFIG, worldSize, partitionGroupSize, worldSize, GatherMode.FLAT, 1, 2, settings, 3);
    }

    @ParameterizedTest
    @CsvSource({"2, 2, FLOAT32", "4, 2, FLOAT32", "4, 4, FLOAT64", "4, 4, BFLOAT16", "3, 3, FLOAT32"})
    void everyBitIsAsItIsWhereUnitsAreGathered(int worldSize, int partitionGroupSize, Precision precision) {
        Case run = run(worldSize, partitionGroupSize, precision);
        List<Outcome> common = EngineTraining.run(run);
        List<Outcome> gathered = EngineTraining.run(run, EngineTraining.overSockets(run));
        for (int rank = 0; rank < worldSize; rank++) {
            Outcome expected = gathered.get(rank);
            assertThat(common.get(rank).losses()).containsExactlyElementsOf(expected.losses());
            assertThat(common.get(rank).norms()).containsExactlyElementsOf(expected.norms());
            common.get(rank)
                    .parameters()
                    .forEach((name, values) -> assertThat(values)
                            .as(name)
                            .containsExactly(expected.parameters().get(name)));
        }
    }

    @Test
    void nothingIsGatheredAndNoArenaIsThere() {
        Case run = run(4, 2, Precision.FLOAT32);
        EngineTraining.ranks(run).run(ranks -> {
            try (MicsEngine engine = new MicsEngine(CONFIG.build(), run.settings(), ranks)) {
                engine.step(0, EngineTraining.microBatches(run, ranks.rank(), 0), 1e-3);
                engine.evaluate(EngineTraining.microBatches(run, ranks.rank(), 1));
                assertThat(engine.gathers()).isZero();
                assertThat(engine.peakGatheredBytes()).isZero();
                assertThat(engine.arenaBytes()).isZero();
                MemoryModel plan = run.settings().memoryModel(CONFIG.build());
                assertThat(engine.memory().engineBytes()).isEqualTo(plan.heldBytes(2) - plan.gatheredUnits(2));
            }
            return null;
        });
    }
}
