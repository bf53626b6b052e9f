package io.sparkmics.engine;

import static io.sparkmics.engine.Staged.matrix;
import static io.sparkmics.engine.Staged.stage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.engine.shard.Initializer;
import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.engine.stage.StagePass;
import io.sparkmics.model.Model;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Tokens;
import io.sparkmics.model.Unit;
import io.sparkmics.plan.ActivationCheckpointing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What stages may hand on: each model here is trained as plain autograd trains it. */
class StagesTest {

    private static final int VOCABULARY = 5;
    private static final int CONTEXT = 3;
    private static final int WIDTH = 4;
    private static final int RANKS = 2;
    private static final double RATE = 0.1;
    private static final EngineSettings SETTINGS =
            new EngineSettings(new OptimizerSettings.Sgd(), 0, 7, Precision.FLOAT64);

    /** [b, anything] of floats to [b]: the head that the models share. */
    private static final Stage LOSS = stage(
            List.of(matrix("head", WIDTH, 1)),
            (input, weights, pass) -> input.view(input.size(0), -1, WIDTH)
                    .matmul(weights.get("head"))
                    .square()
                    .flatten(1, -1)
                    .mean(1L));

    private static final Unit TABLE = matrix("table", VOCABULARY, WIDTH);

    private static final Stage EMBEDDING = stage(
            List.of(TABLE), (input, weights, pass) -> torch.embedding(weights.get("table"), input.narrow(1, 0, 2)));

    private static Tensor unpadded(Tensor tokens) {
        return tokens.clamp_min(new Scalar(0L));
    }

    private static Stage oneHot() {
        return stage((input, weights, pass) ->
                torch.one_hot(unpadded(input), VOCABULARY).to(ScalarType.Double));
    }

    static Stream<Arguments> models() {
        Unit query = matrix("query", 6, WIDTH);
        Unit mix = matrix("mix", VOCABULARY, WIDTH);
        return Stream.of(
                Arguments.of(
                        "a view of its weights",
                        Staged.of(
                                stage(
                                        List.of(query),
                                        (input, weights, pass) -> weights.get("query")
                                                .narrow(0, 1, 2)
                                                .unsqueeze(0)
                                                .expand(input.size(0), 2, WIDTH)),
                                LOSS)),
                Arguments.of(
                        "a parameter itself",
                        Staged.of(
                                stage(List.of(TABLE), (input, weights, pass) -> weights.get("table")),
                                stage((input, weights, pass) -> torch.embedding(input, unpadded(pass.data()))),
                                LOSS)),
                Arguments.of(
                        "a first stage without units",
                        Staged.of(
                                oneHot(),
                                stage(List.of(mix), (input, weights, pass) -> input.matmul(weights.get("mix"))),
                                LOSS)),
                Arguments.of(
                        "a first stage that hands integers on",
                        Staged.of(stage((input, weights, pass) -> input.narrow(1, 1, 2)), EMBEDDING, LOSS)),
                Arguments.of(
                        "stages that hand on what they were given",
                        Staged.of(
                                stage((input, weights, pass) -> input),
                                EMBEDDING,
                                stage((input, weights, pass) -> input),
                                stage((input, weights, pass) -> input.view(input.size(0), -1)),
                                LOSS)),
                Arguments.of(
                        "the batch's data", Staged.of(stage((input, weights, pass) -> pass.data()), EMBEDDING, LOSS)),
                Arguments.of(
                        "a stage that does not read its input",
                        Staged.of(
                                stage(
                                        List.of(mix),
                                        (input, weights, pass) ->
                                                weights.get("mix").sum()),
                                stage(
                                        List.of(TABLE),
                                        (input, weights, pass) ->
                                                torch.embedding(weights.get("table"), unpadded(pass.data()))),
                                LOSS)),
                Arguments.of(
                        "a stage that stops the gradient",
                        Staged.of(EMBEDDING, stage((input, weights, pass) -> input.detach()), LOSS)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("models")
    void whatIsLegalIsTrainedAsAutogradTrainsIt(String name, Model model) {
        Map<String, double[]> plain = plain(model);
        assertTrainedAs(plain, model, SETTINGS);
        assertTrainedAs(plain, model, SETTINGS.with(ActivationCheckpointing.ALL));
    }

    private static void assertTrainedAs(Map<String, double[]> plain, Model model, EngineSettings settings) {
        List<Map<String, double[]>> sharded = ThreadRanks.of(RANKS)
                .with(CommunicationSettings.of(RANKS))
                .run(ranks -> {
                    Map<String, double[]> values = new LinkedHashMap<>();
                    try (MicsEngine engine = new MicsEngine(model, settings, ranks)) {
                        for (long step = 0; step < 3; step++) {
                            engine.step(step, List.of(batch(ranks.rank())).iterator(), RATE);
                            assertThat(engine.gatheredBytes()).isZero();
                        }
                        double loss =
                                engine.evaluate(List.of(batch(ranks.rank())).iterator());
                        assertThat(loss).isFinite();
                        engine.forEachParameter((parameter, value) -> values.put(parameter.name(), Values.of(value)));
                    }
                    return values;
                });
        assertThat(sharded.get(1)).containsOnlyKeys(plain.keySet());
        plain.forEach((parameter, values) ->
                assertThat(sharded.get(1).get(parameter)).as(parameter).containsExactly(values, within(1e-12)));
    }

    private static int[] tokens(int rank) {
        return rank == 0 ? new int[] {0, 4, 2, 1} : new int[] {3, 3, 1, 0};
    }

    private static MicroBatch batch(int rank) {
        return new MicroBatch(Tokens.tensor(new int[][] {tokens(rank)}), 0, new int[] {rank}, new double[] {1});
    }

    /** One process, whole weights, the stages one behind the other in one graph. */
    private static Map<String, double[]> plain(Model model) {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> weights = new LinkedHashMap<>();
            model.units().stream()
                    .flatMap(unit -> unit.parameters().stream())
                    .forEach(parameter -> weights.put(
                            parameter.name(),
                            new Initializer(SETTINGS.seed())
                                    .values(parameter)
                                    .to(ScalarType.Double)
                                    .requires_grad_(true)));
            List<Tensor> losses = new ArrayList<>();
            for (int step = 0; step < 3; step++) {
                for (int rank = 0; rank < RANKS; rank++) {
                    MicroBatch batch = batch(rank);
                    Tensor tensor = batch.data();
                    for (Stage stage : model.stages()) {
                        tensor = stage.forward(tensor, weights::get, new StagePass(batch, 0, true));
                    }
                    tensor.sum().backward();
                }
                weights.values().stream()
                        .filter(weight -> weight.grad().defined())
                        .forEach(weight -> {
                            weight.detach().sub_(weight.grad(), new Scalar(RATE / RANKS));
                            weight.mutable_grad().zero_();
                        });
            }
            Map<String, double[]> values = new LinkedHashMap<>();
            weights.forEach((name, weight) -> values.put(name, Values.of(weight.detach())));
            return values;
        }
    }

    @Test
    void aStageThatMakesNoTensorIsNamed() {
        Model model = Staged.of(stage((input, weights, pass) -> null), EMBEDDING, LOSS);

        assertThatThrownBy(() -> ThreadRanks.of(1).run(ranks -> {
                    try (MicsEngine engine = new MicsEngine(model, SETTINGS, ranks)) {
                        return engine.step(0, List.of(batch(0)).iterator(), RATE);
                    }
                }))
                .rootCause()
                .hasMessage("Cannot go on behind "
                        + model.stages().get(0).getClass().getName() + ": its forward made no tensor. Return one.");
    }
}
