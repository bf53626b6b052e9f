package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.groups.GatherMode;
import io.sparkmics.bootstrap.machine.NativeLibraries;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.engine.shard.Initializer;
import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.engine.stage.StagePass;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.LanguageModel;
import io.sparkmics.model.LanguageModelConfig;
import io.sparkmics.model.Model;
import io.sparkmics.model.SeparateDocuments;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Tokens;
import io.sparkmics.model.llama.LlamaConfig;
import io.sparkmics.model.llama.RotaryScaling;
import io.sparkmics.plan.ActivationCheckpointing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Documents of one sequence are computed as if each were alone. */
class SeparateDocumentsTest {

    private static final int END = 0;
    private static final int VOCABULARY = 11;

    /** Ends included; the last is cut. Longer than what a fused kernel takes at a time, an empty one among them. */
    private static final int[] LENGTHS = {550, 1, 40, 9};

    private static final int CONTEXT = Arrays.stream(LENGTHS).sum();
    private static final GptConfig GPT =
            Gpt.config().layers(2).heads(2).width(8).context(CONTEXT).vocabularySize(VOCABULARY);
    private static final LlamaConfig LLAMA = new LlamaConfig(
            "llama", 2, 4, 2, 4, 8, 12, CONTEXT, CONTEXT, VOCABULARY, 1e-6, 10000, RotaryScaling.NONE, false, false);
    private static final EngineSettings SETTINGS =
            new EngineSettings(new OptimizerSettings.Sgd(), 0, 7, Precision.FLOAT64);

    @BeforeAll
    static void loadNatives() {
        NativeLibraries.load();
    }

    static List<LanguageModelConfig> configs() {
        return List.of(GPT, LLAMA);
    }

    /** Documents one behind the other, and the token that follows. */
    private static int[] sequence() {
        int[] tokens = new Random(3).ints(CONTEXT + 1, 1, VOCABULARY).toArray();
        int end = -1;
        for (int document = 0; document < LENGTHS.length - 1; document++) {
            end += LENGTHS[document];
            tokens[end] = END;
        }
        return tokens;
    }

    private static MicroBatch batch(int[] tokens, double weight) {
        return new MicroBatch(Tokens.tensor(new int[][] {tokens}), 0, new int[] {0}, new double[] {weight});
    }

    /** A micro-batch each, with what it predicts; they count as many tokens as they have. */
    private static List<MicroBatch> alone() {
        List<MicroBatch> batches = new ArrayList<>();
        int first = 0;
        for (int length : LENGTHS) {
            int[] tokens = Arrays.copyOfRange(sequence(), first, first + length + 1);
            batches.add(batch(tokens, (double) length * LENGTHS.length / CONTEXT));
            first += length;
        }
        return batches;
    }

    private static Outcome step(Model model, EngineSettings settings, List<MicroBatch> training, MicroBatch heldOut) {
        return ThreadRanks.of(1)
                .with(CommunicationSettings.of(1))
                .run(ranks -> {
                    try (MicsEngine engine = new MicsEngine(model, settings, ranks)) {
                        double evaluated = engine.evaluate(List.of(heldOut).iterator());
                        StepResult result = engine.step(0, training.iterator(), 0.5);
                        Map<String, double[]> parameters = new LinkedHashMap<>();
                        engine.forEachParameter(
                                (parameter, value) -> parameters.put(parameter.name(), Values.of(value)));
                        return new Outcome(
                                List.of(evaluated, result.loss()), List.of(result.gradientNorm()), parameters);
                    }
                })
                .get(0);
    }

    static List<Arguments> configsAndPrecisions() {
        return configs().stream()
                .flatMap(config -> Stream.of(
                        arguments(config, Precision.FLOAT64, 1e-12),
                        arguments(config, Precision.FLOAT32, 1e-5),
                        arguments(config, Precision.BFLOAT16, 1e-2)))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("configsAndPrecisions")
    void theLossAndItsGradientAreThoseOfEachDocumentAlone(
            LanguageModelConfig config, Precision precision, double tolerance) {
        Model model = config.build();
        EngineSettings settings = new EngineSettings(new OptimizerSettings.Sgd(), 0, 7, precision);
        Outcome alone = step(model, settings, alone(), batch(sequence(), 1));
        Outcome together = step(
                model,
                settings.with(SequenceSettings.separate(END)),
                List.of(batch(sequence(), 1)),
                batch(sequence(), 1));

        double expected = alone.losses().get(1);
        assertThat(together.losses().get(0)).isCloseTo(expected, within(tolerance));
        assertThat(together.losses().get(1)).isCloseTo(expected, within(tolerance));
        assertThat(alone.losses().get(0)).as("one document of all").isNotCloseTo(expected, within(1e-6));
        assertThat(together.parameters()).containsOnlyKeys(alone.parameters().keySet());
        alone.parameters()
                .forEach((name, values) -> assertThat(together.parameters().get(name))
                        .as(name)
                        .containsExactly(values, within(tolerance)));
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void anotherTokenInADocumentChangesNothingOfTheOthers(Precision precision) {
        for (LanguageModelConfig config : configs()) {
            int[] changed = sequence();
            changed[5] = changed[5] % (VOCABULARY - 1) + 1;
            int others = LENGTHS[0] * VOCABULARY;

            double[] before = logits(config.build(), sequence(), precision.compute());
            double[] after = logits(config.build(), changed, precision.compute());

            // What is no number would be equal to itself.
            assertThat(before).hasSize(CONTEXT * VOCABULARY).doesNotContain(Double.NaN);
            assertThat(after).isNotEqualTo(before);
            assertThat(Arrays.copyOfRange(after, others, after.length))
                    .isEqualTo(Arrays.copyOfRange(before, others, before.length));
        }
    }

    /** Of each token in turn. */
    private static double[] logits(LanguageModel model, int[] tokens, ScalarType type) {
        NoGradGuard guard = new NoGradGuard();
        try (PointerScope scope = new PointerScope();
                MicroBatch batch = batch(tokens, 1);
                SeparateDocuments documents = new SeparateDocuments(batch.data(), END, type)) {
            Map<String, Tensor> weights = new LinkedHashMap<>();
            model.units().stream()
                    .flatMap(unit -> unit.parameters().stream())
                    .forEach(parameter -> weights.put(
                            parameter.name(),
                            new Initializer(5).values(parameter).to(type)));
            StagePass pass = new StagePass(batch, 0, false, Optional.of(documents));
            Tensor trunk = batch.data();
            for (Stage stage : model.stages().subList(0, model.stages().size() - 1)) {
                trunk = stage.forward(trunk, weights::get, pass);
            }
            return Values.of(model.logits().forward(trunk, weights::get, pass));
        } finally {
            guard.close();
        }
    }

    @Test
    void itIsTheSameForEveryWorldGroupAndMicroBatchAndWhereStagesRunAgain() {
        EngineSettings settings = SETTINGS.with(SequenceSettings.separate(END));
        GptConfig config = GPT.context(20).dropout(0.2);
        Outcome one = train(config, 1, 1, 4, settings);

        assertSame(one, train(config, 1, 1, 2, settings), 1e-12);
        assertSame(one, train(config, 2, 2, 2, settings), 1e-12);
        assertSame(one, train(config, 2, 1, 1, settings), 1e-12);
        assertSame(one, train(config, 1, 1, 4, settings.with(ActivationCheckpointing.ALL)), 0);
        assertThat(train(config, 1, 1, 4, SETTINGS).losses().get(0))
                .isNotCloseTo(one.losses().get(0), within(1e-6));
    }

    private static Outcome train(
            GptConfig config, int worldSize, int partitionGroupSize, int microBatchSize, EngineSettings settings) {
        int microSteps = 4 / worldSize / microBatchSize;
        Case run = new Case(
                config, worldSize, partitionGroupSize, 2, GatherMode.FLAT, microBatchSize, microSteps, settings, 3, 1);
        return EngineTraining.run(run).get(worldSize - 1);
    }

    private static void assertSame(Outcome expected, Outcome actual, double tolerance) {
        for (int step = 0; step < expected.losses().size(); step++) {
            assertThat(actual.losses().get(step)).isCloseTo(expected.losses().get(step), within(tolerance));
        }
        expected.parameters()
                .forEach((name, values) ->
                        assertThat(actual.parameters().get(name)).as(name).containsExactly(values, within(tolerance)));
    }
}
