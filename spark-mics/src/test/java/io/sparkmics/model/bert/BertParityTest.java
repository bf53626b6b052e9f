package io.sparkmics.model.bert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.machine.NativeLibraries;
import io.sparkmics.checkpoint.pretrained.PretrainedFolder;
import io.sparkmics.checkpoint.pretrained.PretrainedWeights;
import io.sparkmics.engine.EngineSettings;
import io.sparkmics.engine.MicsEngine;
import io.sparkmics.engine.Values;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.engine.stage.StagePass;
import io.sparkmics.model.Model;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.RowLayout;
import io.sparkmics.model.Rows;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Tokens;
import io.sparkmics.model.Unit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.hadoop.conf.Configuration;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The real library's BERT, and ours on four ranks in groups of two, on two nodes, are one. */
@Tag("python")
final class BertParityTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path SCRIPT = Path.of("src/test/resources/bert.py");
    private static final int WORLD = 4;
    private static final int MICRO_BATCH = 2;
    private static final int STEPS = 20;
    private static final int VOCABULARY = 61;
    private static final int CONTEXT = 16;
    private static final long SEED = 42;

    @TempDir
    Path folder;

    @BeforeAll
    static void loadNatives() {
        NativeLibraries.load();
    }

    /** What is trained, and what the library is told of a batch. */
    private interface Subject {

        ModelConfig config();

        /** Makes the logits of what the stage before the last makes. */
        Stage head(Model model);

        MicroBatch batch(long step, int... slots);

        Map<String, Object> told(MicroBatch batch);

        default Model model() {
            return config().build();
        }
    }

    /** The library is told which tokens are hidden. */
    private record Guessing(BertConfig config) implements Subject {

        @Override
        public Stage head(Model model) {
            return ((Bert) model).head();
        }

        /** The 17th token of the longest is the next sequence's. */
        @Override
        public MicroBatch batch(long step, int... slots) {
            int[][] sequences = sequences(step, slots, CONTEXT + 1);
            return new MicroBatch(Tokens.tensor(sequences), step, slots, ones(slots.length));
        }

        @Override
        public Map<String, Object> told(MicroBatch batch) {
            MaskedTokens masked = MaskedTokens.of(config, new StagePass(batch, SEED, true));
            return Map.of("read", rows(masked.read()), "targets", rows(masked.targets()));
        }
    }

    private record Labelling(BertSequenceConfig config) implements Subject {

        @Override
        public Stage head(Model model) {
            return ((BertSequence) model).prediction();
        }

        @Override
        public MicroBatch batch(long step, int... slots) {
            RowLayout layout = RowLayout.of(config.inputs()).labelled(config.classifies());
            int[] words = new int[slots.length * layout.words()];
            int[][] sequences = sequences(step, slots, CONTEXT);
            for (int i = 0; i < slots.length; i++) {
                System.arraycopy(sequences[i], 0, words, i * layout.words(), CONTEXT);
                int label = (int) ((step + slots[i]) % 3);
                words[(i + 1) * layout.words() - 1] = config.classifies() ? label : Float.floatToIntBits(label / 4f);
            }
            return MicroBatch.ofColumns(
                    Rows.tensors(layout, words, slots.length, ScalarType.Double), step, slots, ones(slots.length));
        }

        @Override
        public Map<String, Object> told(MicroBatch batch) {
            double[] labels = Values.of(batch.columns().get(RowLayout.LABEL));
            Object exact = config.classifies()
                    ? Arrays.stream(labels).mapToLong(label -> (long) label).toArray()
                    : labels;
            return Map.of("read", rows(batch.data()), "labels", exact);
        }
    }

    /** Of many lengths, with the padding's token among them. */
    private static int[][] sequences(long step, int[] slots, int size) {
        int[][] sequences = new int[slots.length][size];
        for (int i = 0; i < slots.length; i++) {
            int slot = slots[i];
            int length = 3 + (int) ((step * 5 + slot * 3) % (CONTEXT - 2));
            Arrays.setAll(
                    sequences[i], at -> at < length ? (int) ((step * 31 + slot * 17 + at * 7L) % VOCABULARY) : -1);
        }
        return sequences;
    }

    private static double[] ones(int count) {
        double[] ones = new double[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static BertConfig config(String activation, boolean tied) {
        return new BertConfig(
                new BertSizes(2, 2, 12, 20, CONTEXT + 4, VOCABULARY, 2, activation, 1e-12, 0),
                CONTEXT,
                new SpecialTokens(0, 4, List.of(0, 1, 2, 3, 4)),
                tied);
    }

    private static Stream<Subject> subjects() {
        return Stream.of(
                new Guessing(config("gelu", true)),
                new Guessing(config("gelu_new", false)),
                new Labelling(
                        new BertSequenceConfig(config("gelu", true), 3, true, List.of("good", "bad", "neither"), 0)),
                new Labelling(new BertSequenceConfig(config("relu", true), 1, false, List.of("LABEL_0"), 0)));
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void logitsGradientsAndTwentyStepsAreTheLibrarys(Subject subject) throws Exception {
        JsonNode theirs = library(subject);

        ModelConfig read = PretrainedFolder.config(hadoopPath(), new Configuration());
        assertThat(
                        read instanceof BertConfig guessing
                                ? guessing.context(CONTEXT)
                                : ((BertSequenceConfig) read).context(CONTEXT))
                .isEqualTo(subject.config());
        assertThat(open().problems(subject.model())).isEmpty();
        assertThat(open().drawn(subject.model(), Set.of())).isEmpty();
        assertLogits(subject, theirs.get("logits"));
        assertGradients(subject, theirs.get("gradients"));
        assertCurve(subject, theirs.get("curve"));
    }

    /** The library makes and saves the model. */
    private JsonNode library(Subject subject) throws IOException, InterruptedException {
        String python = System.getenv("SPARK_MICS_PYTHON");
        assumeTrue(
                python != null,
                "SPARK_MICS_PYTHON is not set. Set it to a Python interpreter that has the packages transformers and torch.");
        JSON.writeValue(folder.resolve("config.json").toFile(), subject.config().describe());
        List<Map<String, Object>> batches = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            try (PointerScope scope = new PointerScope();
                    MicroBatch batch = subject.batch(step, slots(0, 1, WORLD * MICRO_BATCH))) {
                batches.add(subject.told(batch));
            }
        }
        Path given = folder.resolve("batches.json");
        JSON.writeValue(given.toFile(), batches);
        Path answer = folder.resolve("answer.json");
        ProcessBuilder builder = new ProcessBuilder(python, SCRIPT.toString(), folder.toString(), given.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(answer.toFile());
        builder.environment().putAll(Map.of("HF_HUB_OFFLINE", "1", "TRANSFORMERS_VERBOSITY", "error"));
        Process process = builder.start();
        try {
            assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).isZero();
        return JSON.readTree(answer.toFile());
    }

    /** Slot mod W is the rank. */
    private static int[] slots(int rank, int world, int count) {
        int[] slots = new int[count];
        Arrays.setAll(slots, i -> i * world + rank);
        return slots;
    }

    private static long[][] rows(Tensor tensor) {
        long[] values =
                Arrays.stream(Values.of(tensor)).mapToLong(id -> (long) id).toArray();
        int width = (int) tensor.size(1);
        long[][] rows = new long[(int) tensor.size(0)][];
        Arrays.setAll(rows, row -> Arrays.copyOfRange(values, row * width, (row + 1) * width));
        return rows;
    }

    private org.apache.hadoop.fs.Path hadoopPath() {
        return new org.apache.hadoop.fs.Path(folder.toUri());
    }

    private PretrainedFolder open() {
        return PretrainedFolder.open(hadoopPath(), new Configuration());
    }

    private void assertLogits(Subject subject, JsonNode expected) {
        Model bert = subject.model();
        Map<String, Tensor> weights = new HashMap<>();
        try (PointerScope scope = new PointerScope();
                PretrainedWeights pretrained = open().weights(bert);
                MicroBatch batch = subject.batch(0, slots(0, 1, WORLD * MICRO_BATCH))) {
            for (Unit unit : bert.units()) {
                Tensor whole = torch.empty(
                        new long[] {unit.size()}, new TensorOptions(ScalarType.Double), new MemoryFormatOptional());
                pretrained.read(unit, 0, whole);
                long offset = 0;
                for (Parameter parameter : unit.parameters()) {
                    long[] shape = parameter.shape().stream()
                            .mapToLong(Long::longValue)
                            .toArray();
                    weights.put(
                            parameter.name(),
                            whole.narrow(0, offset, parameter.size()).view(shape));
                    offset += parameter.size();
                }
            }
            StagePass pass = new StagePass(batch, SEED, true);
            Tensor hidden = batch.data();
            List<Stage> stages = bert.stages();
            for (Stage stage : stages.subList(0, stages.size() - 1)) {
                hidden = stage.forward(hidden, weights::get, pass);
            }
            double[] logits = Values.of(subject.head(bert).forward(hidden, weights::get, pass));
            double[] theirs = flat(expected);
            double[] tokens = Values.of(
                    batch.data().narrow(1, 0, Math.min(CONTEXT, batch.data().size(1))));
            assertThat(logits).hasSameSizeAs(theirs);
            boolean ofTokens = subject instanceof Guessing;
            for (int at = 0; at < logits.length; at++) {
                // The library says something of padding too, which nobody asks for.
                if (!ofTokens || tokens[at / VOCABULARY] >= 0) {
                    assertThat(logits[at]).as("logit %d", at).isCloseTo(theirs[at], within(1e-10));
                }
            }
        }
    }

    private static double[] flat(JsonNode numbers) {
        return numbers.isArray()
                ? StreamSupport.stream(numbers.spliterator(), false)
                        .flatMapToDouble(inner -> Arrays.stream(flat(inner)))
                        .toArray()
                : new double[] {numbers.asDouble()};
    }

    /** A step of SGD with the rate 1 takes the gradient away. */
    private void assertGradients(Subject subject, JsonNode expected) throws Exception {
        Map<String, double[]> gradients = ranks(rank -> {
            try (MicsEngine engine = engine(subject, new OptimizerSettings.Sgd(), 0, rank)) {
                Map<String, double[]> changes = parameters(engine);
                engine.step(0, batches(subject, rank, 0), 1);
                parameters(engine)
                        .forEach((name, after) ->
                                Arrays.setAll(changes.get(name), i -> changes.get(name)[i] - after[i]));
                return changes;
            }
        });
        List<String> names = new ArrayList<>();
        expected.fieldNames().forEachRemaining(names::add);
        assertThat(gradients.keySet()).containsExactlyInAnyOrderElementsOf(names);
        gradients.forEach((name, gradient) -> {
            for (int i = 0; i < gradient.length; i++) {
                assertThat(gradient[i])
                        .as("%s[%d]", name, i)
                        .isCloseTo(expected.get(name).get(i).asDouble(), within(1e-12));
            }
        });
    }

    private void assertCurve(Subject subject, JsonNode expected) throws Exception {
        List<Double> losses = ranks(rank -> {
            List<Double> seen = new ArrayList<>();
            try (MicsEngine engine = engine(subject, new OptimizerSettings.AdamW(0.9, 0.95, 1e-8, 0.1), 1, rank)) {
                for (int step = 0; step < STEPS; step++) {
                    seen.add(engine.step(step, batches(subject, rank, step), 1e-2)
                            .loss());
                }
            }
            return seen;
        });
        for (int step = 0; step < STEPS; step++) {
            assertThat(losses.get(step))
                    .as("step %d", step)
                    .isCloseTo(expected.get(step).asDouble(), within(1e-8));
        }
    }

    /** What the first of them has seen. */
    private static <T> T ranks(ThreadRanks.Body<T> body) {
        return ThreadRanks.of(WORLD)
                .partitionGroupSize(2)
                .ranksPerNode(2)
                .run(body)
                .get(0);
    }

    private MicsEngine engine(Subject subject, OptimizerSettings optimizer, double clipping, RankContext rank)
            throws IOException {
        EngineSettings settings = new EngineSettings(optimizer, clipping, SEED, Precision.FLOAT64);
        MicsEngine engine = new MicsEngine(subject.model(), settings, rank);
        try (PretrainedWeights weights = open().weights(subject.model())) {
            engine.restoreParameters((unit, kind, from, target) -> weights.read(unit, from, target), 0);
        }
        return engine;
    }

    private static Iterator<MicroBatch> batches(Subject subject, RankContext rank, long step) {
        return List.of(subject.batch(step, slots(rank.rank(), WORLD, MICRO_BATCH)))
                .iterator();
    }

    private static Map<String, double[]> parameters(MicsEngine engine) throws IOException {
        Map<String, double[]> parameters = new LinkedHashMap<>();
        engine.forEachParameter((parameter, value) -> parameters.put(parameter.name(), Values.of(value)));
        return parameters;
    }
}
