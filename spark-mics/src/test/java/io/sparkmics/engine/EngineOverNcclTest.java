package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.bootstrap.groups.GatherMode;
import io.sparkmics.bootstrap.nccl.HostNccl;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.model.Gpt;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The step with results that are joined, not waited for, and with both stages of a hierarchical gather started at once: over
 * NCCL's transport, where a strict stand-in takes the place of its library. It learns what it learns over Gloo.
 */
class EngineOverNcclTest {

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "4, 1, 4", "4, 2, 4", "4, 4, 4", "4, 4, 2"})
    void aTrainingOverNcclIsTheSameAsOverGloo(int worldSize, int partitionGroupSize, int ranksPerNode) {
        Case run = new Case(
                Gpt.config().layers(2).heads(2).width(16).context(8).vocabularySize(31),
                worldSize,
                partitionGroupSize,
                ranksPerNode,
                GatherMode.AUTOMATIC,
                1,
                2,
                new EngineSettings(new OptimizerSettings.AdamW(0.9, 0.95, 1e-8, 0.1), 1, 7, Precision.FLOAT64),
                4);
        List<Outcome> expected = EngineTraining.run(run);
        List<Outcome> actual = EngineTraining.run(run, EngineTraining.ranks(run).over(new HostNccl()::transport));
        for (int rank = 0; rank < worldSize; rank++) {
            for (int step = 0; step < run.steps(); step++) {
                assertThat(actual.get(rank).losses().get(step))
                        .as("loss of step %d on rank %d", step, rank)
                        .isCloseTo(expected.get(rank).losses().get(step), within(1e-10));
            }
            for (var parameter : expected.get(rank).parameters().entrySet()) {
                assertThat(actual.get(rank).parameters().get(parameter.getKey()))
                        .as(parameter.getKey())
                        .containsExactly(parameter.getValue(), within(1e-10));
            }
        }
    }
}
