package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.engine.device.Native;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.model.AlignedOnCpu;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.Model;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.RowLayout;
import io.sparkmics.model.Tokens;
import io.sparkmics.model.bert.Bert;
import io.sparkmics.model.bert.BertConfig;
import io.sparkmics.model.bert.BertSizes;
import io.sparkmics.model.llama.LlamaConfig;
import io.sparkmics.model.llama.RotaryScaling;
import io.sparkmics.plan.ActivationCheckpointing;
import io.sparkmics.plan.ActivationModel;
import io.sparkmics.plan.DocumentMask;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
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

    /** A table that takes about as much as its logits do at a time. */
    private static final GptConfig LARGE_TABLE = IN_PARTS.width(512);

    private static final BertConfig BERT =
            Bert.config().layers(4).heads(4).width(128).positions(256);

    enum Training {
        FLOAT32(GPT, Precision.FLOAT32, 32, 0),
        FLOAT64(GPT, Precision.FLOAT64, 16, 0),
        DROPOUT(GPT.dropout(0.1), Precision.FLOAT32, 32, 0),
        EVERY_SECOND_STAGE_RECOMPUTED(GPT, Precision.FLOAT32, 32, 2),
        RECOMPUTED_WITH_DROPOUT(GPT.dropout(0.1), Precision.FLOAT64, 16, 1),
        LARGE_VOCABULARY(HEAD_ONLY, Precision.FLOAT32, 4, 0),
        BFLOAT16(HEAD_ONLY, Precision.BFLOAT16, 4, 0),
        LOGITS_IN_PARTS(IN_PARTS, Precision.FLOAT32, 8, 0),
        ALIGNED_IN_PARTS(LARGE_TABLE, 4),
        SEPARATE_DOCUMENTS(LONG, Precision.FLOAT32, 8, 0, true),
        SEPARATE_DOCUMENTS_RECOMPUTED(LONG.layers(12), Precision.FLOAT64, 4, 1, true),
        LLAMA(llama(4, 2), Precision.FLOAT32, 32, 0),
        LLAMA_BFLOAT16(llama(4, 4), Precision.BFLOAT16, 32, 2),
        LLAMA_SEPARATE_DOCUMENTS_RECOMPUTED(llama(12, 1).context(2048), Precision.FLOAT64, 2, 1, true),
        BERT_WITH_DROPOUT(BERT.dropout(0.1), Precision.FLOAT32, 32, 0),
        BERT_RELU(relu(8), Precision.BFLOAT16, 32, 2),
        BERT_CLASSIFIER(BERT.classifier().withOutputs(3), Precision.FLOAT64, 16, 0);

        private final ModelConfig config;
        private final EngineSettings settings;
        private final int microBatchSize;
        private final boolean separateDocuments;
        private final boolean aligned;

        /** In single precision, with a head that is aligned as on a GPU. */
        Training(ModelConfig config, int microBatchSize) {
            this(config, Precision.FLOAT32, microBatchSize, 0, false, true);
        }

        Training(ModelConfig config, Precision precision, int microBatchSize, int checkpointing) {
            this(config, precision, microBatchSize, checkpointing, false, false);
        }

        Training(
                ModelConfig config,
                Precision precision,
                int microBatchSize,
                int checkpointing,
                boolean separateDocuments) {
            this(config, precision, microBatchSize, checkpointing, separateDocuments, false);
        }

        Training(
                ModelConfig config,
                Precision precision,
                int microBatchSize,
                int checkpointing,
                boolean separateDocuments,
                boolean aligned) {
            this.config = config;
            EngineSettings whole =
                    new EngineSettings(SGD, 1, 3, precision).with(new ActivationCheckpointing(checkpointing));
            this.settings = separateDocuments ? whole.with(SequenceSettings.separate(0)) : whole;
            this.microBatchSize = microBatchSize;
            this.separateDocuments = separateDocuments;
            this.aligned = aligned;
        }

        /** Several heads ask the same keys and values where there are fewer than 4 of these. */
        private static LlamaConfig llama(int layers, int keyValueHeads) {
            return new LlamaConfig(
                    "llama",
                    layers,
                    4,
                    keyValueHeads,
                    32,
                    128,
                    344,
                    256,
                    2048,
                    257,
                    1e-6,
                    10000,
                    RotaryScaling.NONE,
                    keyValueHeads == 4,
                    false);
        }

        private static BertConfig relu(int layers) {
            BertSizes sizes = new BertSizes(layers, 4, 128, 512, 256, 258, 2, "relu", 1e-12, 0);
            return new BertConfig(sizes, sizes.positions(), BERT.tokens(), true);
        }

        private int element() {
            return settings.types().bytes().compute();
        }

        private long estimate(ActivationModel activations) {
            long documentMask = separateDocuments ? DocumentMask.bytes(microBatchSize, config.context(), element()) : 0;
            return activations.bytes(microBatchSize, config.context()) + documentMask;
        }

        /** Of one step and of an evaluation behind it, above what the engine itself takes. */
        private long peakBytes() {
            return ThreadRanks.of(1)
                    .with(CommunicationSettings.of(1))
                    .run(ranks -> {
                        Model model = aligned ? AlignedOnCpu.of(config.build()) : config.build();
                        try (MicsEngine engine = new MicsEngine(model, settings, ranks)) {
                            // Touches the engine's own memory.
                            engine.step(0, microBatch(1), 1e-3);
                            ResidentMemory.startAgain();
                            long before = ResidentMemory.peakBytes();
                            engine.step(1, microBatch(microBatchSize), 1e-3);
                            engine.evaluate(microBatch(microBatchSize));
                            return ResidentMemory.peakBytes() - before;
                        }
                    })
                    .get(0);
        }

        /** Any tokens; labels where the model predicts one of a sequence. */
        private Iterator<MicroBatch> microBatch(int size) {
            Random random = new Random(5);
            Tensor tokens =
                    Tokens.tensor(Stream.generate(() -> random.ints(config.context() + 1, 0, config.vocabularySize())
                                    .toArray())
                            .limit(size)
                            .toArray(int[][]::new));
            double[] weights = new double[size];
            Arrays.fill(weights, 1);
            int[] slots = IntStream.range(0, size).toArray();
            if (config.inputs().isEmpty()) {
                return List.of(new MicroBatch(tokens, 1, slots, weights)).iterator();
            }
            Map<String, Tensor> columns = new LinkedHashMap<>();
            columns.put(config.inputs().get(0).name(), tokens);
            columns.put(RowLayout.LABEL, torch.zeros(new long[] {size}, Native.options(ScalarType.Long)));
            return List.of(MicroBatch.ofColumns(columns, 1, slots, weights)).iterator();
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
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
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

        long estimate = training.estimate(training.settings.activationModel(training.config, training.aligned));
        assertThat(estimate).isBetween(100L << 20, 1L << 30);
        assertThat((double) taken).isCloseTo(estimate, within(0.1 * estimate));
        // Of a model of which only the shapes of its weights are known.
        long unknown = training.estimate(
                UnknownActivations.of(training.config.build(), training.element(), training.settings.checkpointing()));
        assertThat(taken).isBetween(unknown / 2, 2 * unknown);
    }

    public static void main(String[] arguments) {
        System.out.println(TAKEN + Training.valueOf(arguments[0]).peakBytes());
    }
}
