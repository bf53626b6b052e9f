package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.bootstrap.groups.GatherMode;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.plan.ActivationCheckpointing;
import io.sparkmics.plan.DocumentMask;
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

    /** Each tensor of so many bytes is mapped when it is made, and unmapped when it is freed. */
    private static final String MAPPED = "65536";

    private static final GptConfig GPT =
            Gpt.config().layers(4).heads(4).width(128).context(256).vocabularySize(257);
    private static final GptConfig HEAD_ONLY = GPT.layers(1).width(32).vocabularySize(16384);

    /** A mask takes much of what it keeps. */
    private static final GptConfig LONG = GPT.layers(1).width(32).context(2048);

    /** 103 million logits. */
    private static final GptConfig IN_PARTS = GPT.layers(1).width(32).vocabularySize(50257);

    enum Training {
        FLOAT32(GPT, Precision.FLOAT32, 32, 0),
        FLOAT64(GPT, Precision.FLOAT64, 16, 0),
        DROPOUT(GPT.dropout(0.1), Precision.FLOAT32, 32, 0),
        EVERY_STAGE_RECOMPUTED(GPT.layers(12), Precision.FLOAT32, 32, 1),
        EVERY_SECOND_STAGE_RECOMPUTED(GPT, Precision.FLOAT32, 32, 2),
        RECOMPUTED_WITH_DROPOUT(GPT.dropout(0.1), Precision.FLOAT64, 16, 1),
        LARGE_VOCABULARY(HEAD_ONLY, Precision.FLOAT32, 4, 0),
        BFLOAT16(HEAD_ONLY, Precision.BFLOAT16, 4, 0),
        LOGITS_IN_PARTS(IN_PARTS, Precision.FLOAT32, 8, 0),
        SEPARATE_DOCUMENTS(LONG, Precision.FLOAT32, 8, 0, true),
        SEPARATE_DOCUMENTS_RECOMPUTED(LONG.layers(12), Precision.FLOAT64, 4, 1, true);

        private final GptConfig config;
        private final EngineSettings settings;
        private final int microBatchSize;
        private final boolean separateDocuments;

        Training(GptConfig config, Precision precision, int microBatchSize, int checkpointing) {
            this(config, precision, microBatchSize, checkpointing, false);
        }

        Training(
                GptConfig config,
                Precision precision,
                int microBatchSize,
                int checkpointing,
                boolean separateDocuments) {
            this.config = config;
            EngineSettings whole =
                    new EngineSettings(SGD, 1, 3, precision).with(new ActivationCheckpointing(checkpointing));
            this.settings = separateDocuments ? whole.with(SequenceSettings.separate(0)) : whole;
            this.microBatchSize = microBatchSize;
            this.separateDocuments = separateDocuments;
        }

        private int element() {
            return settings.types().bytes().compute();
        }

        private long documentMask() {
            return separateDocuments ? DocumentMask.bytes(microBatchSize, config.context(), element()) : 0;
        }

        /** Of one step and of an evaluation behind it, above what the engine itself takes. */
        private long peakBytes() {
            return EngineTraining.ranks(withMicroBatches(1))
                    .run(ranks -> {
                        try (MicsEngine engine = new MicsEngine(config.build(), settings, ranks)) {
                            // Touches the engine's own memory.
                            engine.step(0, EngineTraining.microBatches(withMicroBatches(1), 0, 0), 1e-3);
                            ResidentMemory.startAgain();
                            long before = ResidentMemory.peakBytes();
                            engine.step(1, EngineTraining.microBatches(withMicroBatches(microBatchSize), 0, 1), 1e-3);
                            engine.evaluate(EngineTraining.microBatches(withMicroBatches(microBatchSize), 0, 1));
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
    void itIsRightWithinATenth(Training training, @TempDir Path folder) throws Exception {
        Path output = folder.resolve("output");
        ProcessBuilder builder = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ActivationEstimateTest.class.getName(),
                        training.name())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("MALLOC_MMAP_THRESHOLD_", MAPPED);
        Process process = builder.start();
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        String said = Files.readString(output);
        assertThat(process.exitValue()).as(said).isZero();
        long taken = Long.parseLong(
                said.substring(said.indexOf(TAKEN) + TAKEN.length()).strip());

        long estimate = training.settings
                .workload(training.config)
                .work(training.microBatchSize)
                .activationBytes();
        assertThat(estimate).isBetween(100L << 20, 1L << 30);
        assertThat((double) taken).isCloseTo(estimate, within(0.1 * estimate));
        // Of a model of which only the shapes of its weights are known.
        long unknown = training.documentMask()
                + UnknownActivations.of(training.config.build(), training.element(), training.settings.checkpointing())
                        .bytes(training.microBatchSize, training.config.context());
        assertThat(taken).isBetween(unknown / 2, 2 * unknown);
    }

    public static void main(String[] arguments) {
        System.out.println(TAKEN + Training.valueOf(arguments[0]).peakBytes());
    }
}
