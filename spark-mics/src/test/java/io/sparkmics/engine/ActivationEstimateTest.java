package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.GatherMode;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the plan says of activations, beside what a step takes of the machine. */
class ActivationEstimateTest {

    private static final OptimizerSettings SGD = new OptimizerSettings.Sgd();
    private static final String TAKEN = "bytes taken: ";
    private static final GptConfig GPT =
            Gpt.config().layers(4).heads(4).width(128).context(256).vocabularySize(257);
    private static final GptConfig HEAD_ONLY = GPT.layers(1).width(32).vocabularySize(16384);

    enum Training {
        FLOAT32(GPT, Precision.FLOAT32, 32),
        FLOAT64(GPT, Precision.FLOAT64, 16),
        DROPOUT(GPT.dropout(0.1), Precision.FLOAT32, 32),
        LARGE_VOCABULARY(HEAD_ONLY, Precision.FLOAT32, 4),
        BFLOAT16(HEAD_ONLY, Precision.BFLOAT16, 4);

        private final GptConfig config;
        private final EngineSettings settings;
        private final int microBatchSize;

        Training(GptConfig config, Precision precision, int microBatchSize) {
            this.config = config;
            this.settings = new EngineSettings(SGD, 1, 3, precision);
            this.microBatchSize = microBatchSize;
        }

        /** Of one step, above what the engine itself takes. */
        private long peakBytes() {
            return EngineTraining.ranks(withMicroBatches(1))
                    .run(ranks -> {
                        try (MicsEngine engine = new MicsEngine(config.build(), settings, ranks)) {
                            // Touches the engine's own memory.
                            engine.step(0, EngineTraining.microBatches(withMicroBatches(1), 0, 0), 1e-3);
                            ResidentMemory.startAgain();
                            long before = ResidentMemory.peakBytes();
                            engine.step(1, EngineTraining.microBatches(withMicroBatches(microBatchSize), 0, 1), 1e-3);
                            return ResidentMemory.peakBytes() - before;
                        }
                    })
                    .get(0);
        }

        private Case withMicroBatches(int size) {
            return new Case(config, 1, 1, 1, GatherMode.FLAT, size, 1, settings, 1);
        }
    }

    /** In a process of its own: what the C library keeps of memory that another test freed would be used again unseen. */
    @ParameterizedTest
    @EnumSource(Training.class)
    void itIsRightWithinAFactorOfTwo(Training training, @TempDir Path folder) throws Exception {
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ActivationEstimateTest.class.getName(),
                        training.name())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        String said = Files.readString(output);
        assertThat(process.exitValue()).as(said).isZero();
        long taken = Long.parseLong(
                said.substring(said.indexOf(TAKEN) + TAKEN.length()).strip());

        long estimate = training.settings
                .activationModel(training.config)
                .bytes(training.microBatchSize, training.config.context());
        assertThat(estimate).isBetween(100L << 20, 1L << 30);
        assertThat(taken).isBetween(estimate / 2, estimate * 2);
    }

    public static void main(String[] arguments) {
        System.out.println(TAKEN + Training.valueOf(arguments[0]).peakBytes());
    }
}
