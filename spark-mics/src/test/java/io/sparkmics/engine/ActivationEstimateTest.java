package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.GatherMode;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the plan says of activations, beside what a step takes of the machine. */
class ActivationEstimateTest {

    private static final OptimizerSettings SGD = new OptimizerSettings.Sgd();

    static Stream<Arguments> trainings() {
        GptConfig config =
                Gpt.config().layers(4).heads(4).width(128).context(256).vocabularySize(257);
        return Stream.of(
                Arguments.of(config, Precision.FLOAT32, 32),
                Arguments.of(config, Precision.FLOAT64, 16),
                Arguments.of(config.dropout(0.1), Precision.FLOAT32, 8),
                Arguments.of(config.layers(1).width(32).vocabularySize(16384), Precision.FLOAT32, 4),
                Arguments.of(config.layers(1).width(32).vocabularySize(16384), Precision.BFLOAT16, 4));
    }

    @ParameterizedTest
    @MethodSource("trainings")
    void itIsRightWithinAFactorOfTwo(GptConfig config, Precision precision, int microBatchSize) {
        EngineSettings settings = new EngineSettings(SGD, 1, 3, precision);
        long estimate = settings.activationModel(config).bytes(microBatchSize, config.context());
        Case one = new Case(config, 1, 1, 1, GatherMode.FLAT, 1, 1, settings, 1);
        Case many = new Case(config, 1, 1, 1, GatherMode.FLAT, microBatchSize, 1, settings, 1);

        long taken = EngineTraining.ranks(one)
                .run(ranks -> {
                    try (MicsEngine engine = new MicsEngine(config.build(), settings, ranks)) {
                        // Touches the engine's own memory.
                        engine.step(0, EngineTraining.microBatches(one, 0, 0), 1e-3);
                        ResidentMemory.startAgain();
                        long before = ResidentMemory.peakBytes();
                        engine.step(1, EngineTraining.microBatches(many, 0, 1), 1e-3);
                        return ResidentMemory.peakBytes() - before;
                    }
                })
                .get(0);

        assertThat(estimate).isBetween(100L << 20, 1L << 30);
        assertThat(taken).isBetween(estimate / 2, estimate * 2);
    }
}
