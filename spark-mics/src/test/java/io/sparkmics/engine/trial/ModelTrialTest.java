package io.sparkmics.engine.trial;

import static io.sparkmics.engine.Staged.matrix;
import static io.sparkmics.engine.Staged.stage;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.machine.NativeLibraries;
import io.sparkmics.engine.Staged;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.stage.StagePass;
import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.InputColumn;
import io.sparkmics.model.LanguageModel;
import io.sparkmics.model.Model;
import io.sparkmics.model.RowLayout;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import io.sparkmics.model.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelTrialTest {

    private static final int CONTEXT = 4;
    private static final int VOCABULARY = 5;
    private static final int WIDTH = 3;

    private static final Stage TOKENS = stage((input, weights, pass) -> input.clamp_min(new Scalar(0L)));
    private static final Stage EMBEDDING = stage(
            List.of(matrix("table", VOCABULARY, WIDTH)),
            (input, weights, pass) -> torch.embedding(weights.get("table"), input));
    private static final Stage LOSS = stage(
            List.of(matrix("head", WIDTH, 1)),
            (input, weights, pass) ->
                    input.matmul(weights.get("head")).flatten(1, -1).mean(1L));

    @BeforeAll
    static void load() {
        NativeLibraries.load();
    }

    private static String problem(Stage... stages) {
        return ModelTrial.problem(Staged.of(stages), CONTEXT, VOCABULARY, Precision.FLOAT32)
                .orElse("");
    }

    private static String refused(int index, int of, Stage stage, String rest) {
        return "Cannot train the model: stage " + index + " of " + of + " ("
                + stage.getClass().getName() + ") " + rest;
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void theBuiltInArchitecturePasses(Precision precision) {
        Model gpt = Gpt.config()
                .layers(1)
                .heads(1)
                .width(4)
                .context(3)
                .vocabularySize(2)
                .dropout(0.1)
                .build();

        assertThat(ModelTrial.problem(gpt, 3, 2, precision)).isEmpty();
    }

    /** A stage of a model that reads what is past, which is not told of it. */
    private record Forgetful(Stage inner) implements Stage {

        @Override
        public List<Unit> units() {
            return inner.units();
        }

        @Override
        public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
            StagePass known = (StagePass) pass;
            return inner.forward(input, weights, new StagePass(known.batch(), known.seed(), known.training()));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void whoSaysThatItReadsWhatIsPastHasToReadIt(int forgetful) {
        LanguageModel gpt = (LanguageModel) Gpt.config()
                .layers(1)
                .heads(1)
                .width(4)
                .context(12)
                .vocabularySize(7)
                .build();
        List<Stage> stages = new ArrayList<>(gpt.stages());
        stages.set(forgetful, new Forgetful(stages.get(forgetful)));
        LanguageModel wrong = new LanguageModel() {
            @Override
            public List<Stage> stages() {
                return stages;
            }

            @Override
            public Stage logits() {
                return gpt.logits();
            }

            @Override
            public boolean readsPast() {
                return true;
            }
        };

        assertThat(ModelTrial.problem(gpt, 12, 7, Precision.FLOAT32)).isEmpty();
        assertThat(ModelTrial.problem(wrong, 12, 7, Precision.FLOAT32).orElseThrow())
                .startsWith(
                        "Cannot train the model: its readsPast() is true, and of two equal documents in a sequence the"
                                + " second is not computed as the first.");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("io.sparkmics.engine.StagesTest#models")
    void whatIsLegalPasses(String name, Model model) {
        assertThat(ModelTrial.problem(model, 3, 5, Precision.FLOAT64)).isEmpty();
    }

    @Test
    void aStageThatFailsIsNamedWithItsReason() {
        Stage wrong = stage((input, weights, pass) -> input.matmul(pass.data()));

        assertThat(problem(TOKENS, EMBEDDING, wrong, LOSS))
                .startsWith(
                        refused(3, 4, wrong, "fails in its forward pass on tokens of shape [2, 5], the last ones -1: "))
                .endsWith(". Correct it.")
                .hasLineCount(1);
        assertThat(problem(EMBEDDING, LOSS)).contains("the last ones -1: index out of range in self. Correct it.");
    }

    @Test
    void nothingOrAParameterThatIsNotDeclaredIsAFailureToo() {
        Stage nothing = stage((input, weights, pass) -> null);
        Stage undeclared = stage((input, weights, pass) -> weights.get("secret"));

        assertThat(problem(nothing, LOSS)).contains("stage 1 of 2").contains("its forward made no tensor. Return one.");
        assertThat(problem(undeclared, LOSS))
                .endsWith("Cannot read parameter secret in a stage of units []: they declare []. Read one of these, or "
                        + "declare it in a unit.");
    }

    @Test
    void theLastStageMakesOneLossForEachSequence() {
        Stage single = stage((input, weights, pass) -> input.mean());
        Stage each = stage((input, weights, pass) -> input.mean(2L));
        Stage integers = stage((input, weights, pass) -> input.argmax());

        assertThat(problem(TOKENS, EMBEDDING, single))
                .isEqualTo(refused(
                        3,
                        3,
                        single,
                        "makes Float [] of 2 sequences. The last stage makes one loss for each sequence, as floating "
                                + "point of shape [2] here."));
        assertThat(problem(TOKENS, EMBEDDING, each)).contains(") makes Float [2, 5] of 2 sequences. ");
        assertThat(problem(TOKENS, EMBEDDING, integers)).contains(") makes Long [] of 2 sequences. ");
    }

    @Test
    void aLossThatDependsOnNoParameterIsRefused() {
        Stage cut = stage(
                List.of(matrix("head", WIDTH, 1)),
                (input, weights, pass) -> input.detach().flatten(1, -1).mean(1L));

        assertThat(problem(TOKENS, EMBEDDING, cut))
                .isEqualTo(refused(
                        3, 3, cut, "makes losses that depend on no parameter. Use differentiable operations only."));
    }

    private record Speaking(List<Stage> stages, Stage logits) implements LanguageModel {}

    @Test
    void aLanguageModelsLogitsAreTriedToo() {
        List<Stage> stages = List.of(TOKENS, EMBEDDING, LOSS);
        Stage tied = stage(
                EMBEDDING.units(),
                (input, weights, pass) -> input.matmul(weights.get("table").transpose(0, 1)));
        Stage rounded = stage(
                EMBEDDING.units(),
                (input, weights, pass) ->
                        input.matmul(weights.get("table").transpose(0, 1)).to(ScalarType.Long));
        Stage strange = stage(List.of(matrix("strange", WIDTH, VOCABULARY)), (input, weights, pass) -> input);

        assertThat(ModelTrial.problem(new Speaking(stages, tied), CONTEXT, VOCABULARY, Precision.FLOAT32))
                .isEmpty();
        assertThat(ModelTrial.problem(new Speaking(stages, EMBEDDING), CONTEXT, VOCABULARY, Precision.FLOAT32))
                .hasValueSatisfying(problem -> assertThat(problem)
                        .startsWith("Cannot train the model: its logits(), beside stage 3 of 3 ("
                                + EMBEDDING.getClass().getName() + "), fail on the last token of each sequence: ")
                        .endsWith(". Let the stage before the last hand on [b, t, ...]."));
        assertThat(ModelTrial.problem(new Speaking(stages, TOKENS), CONTEXT, VOCABULARY, Precision.FLOAT32))
                .hasValue(
                        "Cannot train the model: its logits() make Float [2, 1, 3] of the last token of each sequence. "
                                + "Make them floating point of shape [2, 1, 5] here.");
        assertThat(ModelTrial.problem(new Speaking(stages, rounded), CONTEXT, VOCABULARY, Precision.FLOAT32))
                .hasValueSatisfying(problem -> assertThat(problem).contains("its logits() make Long [2, 1, 5] of"));
        assertThat(ModelTrial.problem(new Speaking(stages, strange), CONTEXT, VOCABULARY, Precision.FLOAT32))
                .hasValue(
                        "Cannot train the model: its logits() are null, or read a unit that no stage names. Make them of "
                                + "what the last stage reads.");
    }

    @Test
    void aMisspeltParameterOfLogitsIsNotTakenForAWrongShape() {
        Stage misspelt = stage(EMBEDDING.units(), (input, weights, pass) -> input.matmul(weights.get("tabel")));

        assertThat(ModelTrial.problem(
                        new Speaking(List.of(TOKENS, EMBEDDING, LOSS), misspelt),
                        CONTEXT,
                        VOCABULARY,
                        Precision.FLOAT32))
                .hasValueSatisfying(problem -> assertThat(problem)
                        .contains("its logits(), beside stage 3 of 3 ("
                                + misspelt.getClass().getName() + "), fail on")
                        .contains("Cannot read parameter tabel in a stage of units ["
                                + EMBEDDING.units().get(0).name() + "]: they declare [table]. ")
                        .endsWith(" Read one of these, or declare it in a unit."));
    }

    @Test
    void whoChangesAnInputThatIsTrainedIsToldSo() {
        Stage inPlace = stage((input, weights, pass) -> input.add_(new Scalar(1.0)));

        assertThat(problem(TOKENS, EMBEDDING, inPlace, LOSS))
                .startsWith(refused(3, 4, inPlace, "fails in its forward pass on tokens of shape [2, 5]"))
                .endsWith(". A stage must not change its input or its parameters in place: make a tensor of its own.");
    }

    /** Padding would become token 0, and be predicted. */
    @Test
    void whoChangesTheTokensIsRefused() {
        Stage inPlace = stage((input, weights, pass) -> input.clamp_min_(new Scalar(0L)));

        assertThat(problem(inPlace, EMBEDDING, LOSS))
                .isEqualTo(refused(
                        1,
                        3,
                        inPlace,
                        "changes the tokens in place, which later stages read too. Make a tensor of its own."));
    }

    @Test
    void whatRowsHaveIsNotCalledTokens() {
        Stage inPlace = stage((input, weights, pass) -> input.add_(new Scalar(1L)));
        Stage reshaping = stage((input, weights, pass) -> input.view(7, 7));
        for (InputColumn column : List.of(InputColumn.category("kind"), InputColumn.vector("numbers", 3))) {
            MadeUpRows rows = new MadeUpRows(RowLayout.of(List.of(column)), Map.of("kind", 2), 1);

            assertThat(ModelTrial.problem(Staged.of(inPlace, LOSS), rows, Precision.FLOAT32))
                    .hasValueSatisfying(problem -> assertThat(problem).contains("changes the data in place"));
            assertThat(ModelTrial.problem(Staged.of(reshaping, LOSS), rows, Precision.FLOAT32))
                    .hasValueSatisfying(problem ->
                            assertThat(problem).containsPattern("forward pass on data of shape \\[2(, 3)?\\]: "));
        }
    }

    /** Positions are learned: a table that is too short for the context shows at full length only. */
    @Test
    void fullLengthIsTriedToo() {
        Stage positions = stage(
                List.of(matrix("positions", 20, WIDTH)),
                (input, weights, pass) -> input.add(weights.get("positions").narrow(0, 0, input.size(1))));
        Model model = Staged.of(TOKENS, EMBEDDING, positions, LOSS);

        assertThat(ModelTrial.problem(model, 19, VOCABULARY, Precision.FLOAT32)).isEmpty();
        assertThat(ModelTrial.problem(model, 24, VOCABULARY, Precision.FLOAT32))
                .hasValueSatisfying(problem -> assertThat(problem)
                        .contains("stage 3 of 4 ")
                        .contains("fails in its forward pass on tokens of shape [1, 25], the last ones -1: "));
    }

    /** It is not fit for short texts, but it can be trained. */
    @Test
    void aModelOfOneLengthIsTriedWithThat() {
        Stage fixed = stage((input, weights, pass) -> input.view(input.size(0), 25, WIDTH));
        Model model = Staged.of(TOKENS, EMBEDDING, fixed, LOSS);
        Model wrong = Staged.of(TOKENS, EMBEDDING, fixed, fixed);

        assertThat(ModelTrial.problem(model, 24, VOCABULARY, Precision.FLOAT32)).isEmpty();
        assertThat(ModelTrial.problem(wrong, 24, VOCABULARY, Precision.FLOAT32))
                .hasValueSatisfying(
                        problem -> assertThat(problem).contains(") makes Float [2, 25, 3] of 2 sequences."));
    }

    @Test
    void integersBehindAUnitAreRefused() {
        Stage rounded = stage((input, weights, pass) -> input.to(ScalarType.Long));
        Stage floats = stage((input, weights, pass) -> input.to(ScalarType.Float));

        assertThat(problem(TOKENS, EMBEDDING, rounded, floats, LOSS))
                .isEqualTo(refused(
                        3,
                        5,
                        rounded,
                        "hands on Long [2, 5, 3], through which no gradient flows: the units up to here would never be "
                                + "trained. Hand on floating point, or integers before the first unit only."));
    }

    @Test
    void aBackwardPassThatFailsIsRefused() {
        Stage inPlace = stage((input, weights, pass) -> {
            Tensor squared = input.square();
            Tensor product = squared.mul(squared);
            squared.add_(new Scalar(1.0));
            return product;
        });

        assertThat(problem(TOKENS, EMBEDDING, inPlace, LOSS))
                .startsWith(
                        refused(3, 4, inPlace, "fails in its backward pass: one of the variables needed for gradient "))
                .endsWith(". Use differentiable operations only.");
    }

    /** The engine does not gather the units then, and reading them would end the process. */
    @Test
    void aBackwardPassThatReadsWeightsAgainstItsWordIsRefused() {
        record Liar(Stage stage) implements Stage {
            @Override
            public List<Unit> units() {
                return stage.units();
            }

            @Override
            public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
                return stage.forward(input, weights, pass);
            }

            @Override
            public boolean backwardReadsWeights() {
                return false;
            }
        }

        assertThat(problem(TOKENS, new Liar(EMBEDDING), LOSS)).isEmpty();
        assertThat(problem(TOKENS, EMBEDDING, new Liar(LOSS)))
                .endsWith(") reads its weights in the backward pass, though it says it does not. Let "
                        + "backwardReadsWeights() be true.");
    }

    /** Each time 24 MB of weights and gradients, and 20 times: what stays is less than that of one in four. */
    @Test
    void itGivesItsMemoryBack() throws IOException {
        Stage wide = stage(
                List.of(matrix("wide", WIDTH, 1 << 20)),
                (input, weights, pass) -> input.matmul(weights.get("wide").narrow(1, 0, WIDTH)));
        problem(TOKENS, EMBEDDING, wide, LOSS);
        long before = residentBytes();

        for (int i = 0; i < 20; i++) {
            assertThat(problem(TOKENS, EMBEDDING, wide, i % 2 == 0 ? LOSS : TOKENS)
                            .isEmpty())
                    .isEqualTo(i % 2 == 0);
        }

        assertThat(residentBytes() - before).isLessThan(20L / 4 * (24 << 20));
    }

    private static long residentBytes() throws IOException {
        return 4096
                * Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]);
    }

    @Test
    void aStageOfMoreThanAGigabyteIsNotTried() {
        Stage huge = stage(List.of(matrix("huge", 1L << 20, 1L << 10)), (input, weights, pass) -> null);

        assertThat(problem(huge)).isEmpty();
    }
}
