package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.bootstrap.groups.GatherMode;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.device.ReductionPrecision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.Model;
import io.sparkmics.model.Tokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A loss that is computed some positions at a time is the loss. */
class ChunkedLossTest {

    private static final GptConfig CONFIG = Gpt.config()
            .layers(2)
            .heads(2)
            .width(16)
            .context(12)
            .vocabularySize(29)
            .dropout(0.1);
    private static final OptimizerSettings SGD = new OptimizerSettings.Sgd();

    private static EngineSettings settings(Precision precision) {
        return new EngineSettings(SGD, 0.5, 3, precision);
    }

    private static Case run(int world, int p, GatherMode gather, Precision precision) {
        return new Case(CONFIG, world, p, 2, gather, 3, 2, settings(precision), 4, 1);
    }

    static Stream<Arguments> worlds() {
        return Stream.of(
                Arguments.of(1, 1, GatherMode.FLAT),
                Arguments.of(2, 2, GatherMode.FLAT),
                Arguments.of(4, 2, GatherMode.FLAT),
                Arguments.of(4, 4, GatherMode.HIERARCHICAL));
    }

    @ParameterizedTest
    @MethodSource("worlds")
    void partsOfAnySizeTrainAsTheWholeDoes(int world, int p, GatherMode gather) {
        Case run = run(world, p, gather, Precision.FLOAT64);
        Outcome whole = EngineTraining.run(run).get(0);
        for (long step : new long[] {1, 5, 6, 11}) {
            for (Outcome parts : EngineTraining.run(run, FixedChunks.model(CONFIG, step))) {
                assertThat(values(parts.losses())).containsExactly(values(whole.losses()), within(1e-12));
                assertThat(values(parts.norms())).containsExactly(values(whole.norms()), within(1e-12));
                whole.parameters()
                        .forEach((name, values) -> assertThat(parts.parameters().get(name))
                                .as(name)
                                .containsExactly(values, within(1e-12)));
            }
        }
    }

    private static double[] values(List<Double> numbers) {
        return numbers.stream().mapToDouble(Double::doubleValue).toArray();
    }

    @Test
    void whatIsOnePartIsTheWholeToTheBit() {
        for (Precision precision : Precision.values()) {
            Case run = run(2, 2, GatherMode.FLAT, precision);
            Outcome whole = EngineTraining.run(run).get(0);
            Outcome onePart =
                    EngineTraining.run(run, FixedChunks.model(CONFIG, 12)).get(0);
            assertThat(onePart.losses()).isEqualTo(whole.losses());
            assertThat(onePart.norms()).isEqualTo(whole.norms());
            whole.parameters()
                    .forEach((name, values) ->
                            assertThat(onePart.parameters().get(name)).as(name).containsExactly(values));
        }
    }

    @Test
    void aLastPartIsWhatIsLeft() {
        List<Long> lengths = new ArrayList<>();
        Case run = new Case(CONFIG, 1, 1, 1, GatherMode.FLAT, 3, 1, settings(Precision.FLOAT32), 1);
        EngineTraining.run(run, FixedChunks.model(CONFIG, 5, lengths));
        assertThat(lengths).containsExactly(5L, 5L, 2L);
    }

    /** So that a table is aligned once: in a step, and in an evaluation. */
    @Test
    void allPartsOfAPassShareTheirWeights() {
        Model model = FixedChunks.model(CONFIG, 5);
        stepAndEvaluation(model, new int[2][13]);
        FixedChunks loss = (FixedChunks) model.stages().get(model.stages().size() - 1);
        assertThat(loss.read()).hasSize(6);
        assertThat(loss.read().subList(0, 3))
                .allMatch(weights -> weights == loss.read().get(0));
        assertThat(loss.read().subList(3, 6))
                .allMatch(weights -> weights == loss.read().get(3));
        assertThat(loss.read().get(3)).isNotSameAs(loss.read().get(0));
    }

    /** Of one sequence three tokens are predicted, of the other one: whole parts are padding. */
    @Test
    void paddingCountsNowhereAndAnEvaluationIsTheSameInParts() {
        int[][] sequences = new int[2][13];
        Arrays.stream(sequences).forEach(sequence -> Arrays.fill(sequence, -1));
        System.arraycopy(new int[] {7, 3, 28, 1}, 0, sequences[0], 0, 4);
        System.arraycopy(new int[] {5, 0}, 0, sequences[1], 0, 2);
        double[] whole = stepAndEvaluation(CONFIG.build(), sequences);
        assertThat(whole).doesNotContain(Double.NaN);
        for (long step : new long[] {1, 2, 5}) {
            assertThat(stepAndEvaluation(FixedChunks.model(CONFIG, step), sequences))
                    .containsExactly(whole, within(1e-12));
        }
    }

    /** Loss and norm of a step, and the loss after it. */
    private static double[] stepAndEvaluation(Model model, int[][] sequences) {
        Case run = new Case(CONFIG, 1, 1, 1, GatherMode.FLAT, 2, 1, settings(Precision.FLOAT64), 1);
        return EngineTraining.ranks(run)
                .run(ranks -> {
                    try (MicsEngine engine = new MicsEngine(model, run.settings(), ranks)) {
                        StepResult result =
                                engine.step(0, List.of(batch(sequences)).iterator(), 0.5);
                        double after = engine.evaluate(List.of(batch(sequences)).iterator());
                        return new double[] {result.loss(), result.gradientNorm(), after};
                    }
                })
                .get(0);
    }

    private static MicroBatch batch(int[][] sequences) {
        return new MicroBatch(Tokens.tensor(sequences), 0, new int[] {0, 1}, new double[] {1, 0.25});
    }

    @Test
    void noPositionsAtATimeAreRefused() {
        Case run = new Case(CONFIG, 1, 1, 1, GatherMode.FLAT, 1, 1, settings(Precision.FLOAT32), 1);
        assertThatThrownBy(() -> EngineTraining.run(run, FixedChunks.model(CONFIG, 0)))
                .hasRootCauseMessage("Cannot compute losses 0 positions at a time: " + FixedChunks.class.getName()
                        + " must say 1 or more.");
    }

    /** Of what only the head has, for to the rest other stages add too: rounded 192 times it is 0.014. */
    @Test
    void partsAreRoundedOnceWhereHopOneSumsInBfloat16() {
        GptConfig config = CONFIG.context(192).dropout(0);
        Map<String, double[]> before = head(Distance.initial(config, 3));
        Map<String, double[]> precise = head(step(config, ReductionPrecision.FLOAT32));
        Map<String, double[]> rounded = head(step(config, ReductionPrecision.BFLOAT16));
        assertThat(Distance.between(rounded, precise) / Distance.between(precise, before))
                .isBetween(1e-4, 0.004);
    }

    private static Map<String, double[]> head(Map<String, double[]> parameters) {
        return parameters.entrySet().stream()
                .filter(parameter -> parameter.getKey().contains("ln_f"))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** One step, the loss of each position a part, of two ranks that share the model. */
    private static Map<String, double[]> step(GptConfig config, ReductionPrecision reduction) {
        EngineSettings settings = new EngineSettings(SGD, 0, 3, Precision.BFLOAT16, reduction);
        Case run = new Case(config, 2, 2, 2, GatherMode.FLAT, 3, 1, settings, 1, 1);
        return EngineTraining.run(run, FixedChunks.model(config, 1)).get(0).parameters();
    }
}
