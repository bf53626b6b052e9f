package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.groups.GatherMode;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.Model;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import io.sparkmics.model.Weights;
import io.sparkmics.plan.ActivationCheckpointing;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Stages that run their forward pass again compute what those compute that keep it. */
class ActivationCheckpointingTest {

    private static final GptConfig CONFIG = Gpt.config()
            .layers(3)
            .heads(2)
            .width(16)
            .context(12)
            .vocabularySize(29)
            .dropout(0.2);

    static Stream<Arguments> worlds() {
        return Stream.of(
                Arguments.of(1, 1, GatherMode.FLAT, Precision.FLOAT32),
                Arguments.of(2, 1, GatherMode.FLAT, Precision.FLOAT32),
                Arguments.of(2, 2, GatherMode.FLAT, Precision.FLOAT64),
                Arguments.of(4, 1, GatherMode.FLAT, Precision.FLOAT32),
                Arguments.of(4, 2, GatherMode.FLAT, Precision.FLOAT32),
                Arguments.of(4, 2, GatherMode.FLAT, Precision.BFLOAT16),
                Arguments.of(4, 4, GatherMode.FLAT, Precision.FLOAT32),
                Arguments.of(4, 4, GatherMode.HIERARCHICAL, Precision.FLOAT32));
    }

    private static Case run(
            int world, int p, GatherMode gather, Precision precision, ActivationCheckpointing checkpointing) {
        EngineSettings settings = new EngineSettings(
                        new OptimizerSettings.AdamW(0.9, 0.95, 1e-8, 0.1), 0.5, 3, precision)
                .with(checkpointing);
        return new Case(CONFIG, world, p, 2, gather, 2, 2, settings, 4);
    }

    @ParameterizedTest
    @MethodSource("worlds")
    void lossesNormsAndParametersAreTheSameToTheBit(int world, int p, GatherMode gather, Precision precision) {
        List<Outcome> kept = EngineTraining.run(run(world, p, gather, precision, ActivationCheckpointing.NONE));
        for (int every : new int[] {1, 2}) {
            List<Outcome> recomputed =
                    EngineTraining.run(run(world, p, gather, precision, new ActivationCheckpointing(every)));
            for (int rank = 0; rank < world; rank++) {
                assertSame(recomputed.get(rank), kept.get(rank));
            }
        }
    }

    private static void assertSame(Outcome actual, Outcome expected) {
        assertThat(actual.losses()).isEqualTo(expected.losses());
        assertThat(actual.norms()).isEqualTo(expected.norms());
        expected.parameters()
                .forEach((name, values) ->
                        assertThat(actual.parameters().get(name)).as(name).containsExactly(values));
    }

    @Test
    void everyKthStageButTheLastRunsTwiceInAMicroStep() {
        assertThat(forwardPasses(ActivationCheckpointing.NONE)).containsExactly(1, 1, 1, 1, 1);
        assertThat(forwardPasses(ActivationCheckpointing.ALL)).containsExactly(2, 2, 2, 2, 1);
        assertThat(forwardPasses(new ActivationCheckpointing(2))).containsExactly(1, 2, 1, 2, 1);
        assertThat(forwardPasses(new ActivationCheckpointing(3))).containsExactly(1, 1, 2, 1, 1);
        assertThat(forwardPasses(new ActivationCheckpointing(5))).containsExactly(1, 1, 1, 1, 1);
    }

    private static List<Integer> forwardPasses(ActivationCheckpointing checkpointing) {
        Case run = run(1, 1, GatherMode.FLAT, Precision.FLOAT32, checkpointing);
        Counted model = new Counted(CONFIG.build());
        EngineTraining.ranks(run).run(ranks -> {
            try (MicsEngine engine = new MicsEngine(model, run.settings(), ranks)) {
                engine.step(0, EngineTraining.microBatches(run, 0, 0), 1e-3);
                engine.evaluate(
                        List.of(EngineTraining.microBatches(run, 0, 1).next()).iterator());
            }
            return null;
        });
        // Two micro-steps, and an evaluation, which recomputes nothing.
        return model.passes.stream().map(count -> (count.get() - 1) / 2).toList();
    }

    /** Counts the forward passes of each stage. */
    private static final class Counted implements Model {

        private final List<Stage> stages;
        private final List<AtomicInteger> passes = new ArrayList<>();

        Counted(Model model) {
            stages = IntStream.range(0, model.stages().size())
                    .mapToObj(index -> {
                        passes.add(new AtomicInteger());
                        return counted(model.stages().get(index), passes.get(index));
                    })
                    .toList();
        }

        @Override
        public List<Stage> stages() {
            return stages;
        }

        private static Stage counted(Stage stage, AtomicInteger passes) {
            return new Stage() {
                @Override
                public List<Unit> units() {
                    return stage.units();
                }

                @Override
                public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
                    passes.incrementAndGet();
                    return stage.forward(input, weights, pass);
                }

                @Override
                public boolean backwardReadsWeights() {
                    return stage.backwardReadsWeights();
                }
            };
        }
    }
}
