package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.engine.RowBatches.WeightedRow;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.engine.shard.Initializer;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.RowLayout;
import io.sparkmics.model.Tokens;
import io.sparkmics.model.Unit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Responses of different lengths: the mean over all their tokens in a global batch, however that is cut, as of one process. */
final class ResponseParityTest {

    private static final GptConfig CONFIG =
            Gpt.config().layers(2).heads(2).width(8).context(7).vocabularySize(13);
    private static final int BATCH = 8;
    private static final int STEPS = 4;
    private static final double RATE = 0.5;
    private static final double CLIPPING = 0.2;
    private static final long SEED = 5;
    private static final RowLayout LAYOUT = RowLayout.responses(CONFIG.context());

    /** Prompts of 1 to 5 tokens, and 1 to 6 more; what is behind them is padding. */
    private record Example(int[] tokens, int[] targets) {

        static Example of(long step, int slot) {
            Random random = new Random(31 * step + slot);
            int prompt = 1 + random.nextInt(5);
            int length = Math.min(prompt + 1 + random.nextInt(6), CONFIG.context() + 1);
            int[] tokens = random.ints(CONFIG.context() + 1, 0, CONFIG.vocabularySize())
                    .toArray();
            Arrays.fill(tokens, length, tokens.length, -1);
            int[] targets = Arrays.copyOfRange(tokens, 1, tokens.length);
            Arrays.fill(targets, 0, prompt - 1, -1);
            return new Example(tokens, targets);
        }

        long predicted() {
            return Arrays.stream(targets).filter(target -> target >= 0).count();
        }

        /** Weighed as the data weighs it: over the mean of all rows, whatever that is. */
        WeightedRow row() {
            return new WeightedRow(
                    IntStream.concat(Arrays.stream(tokens), Arrays.stream(targets))
                            .toArray(),
                    predicted() / 2.7);
        }
    }

    private static final RowBatches BATCHES =
            new RowBatches(LAYOUT, BATCH, (step, slot) -> Example.of(step, slot).row());

    @ParameterizedTest
    @CsvSource({"1, 1, 8", "1, 1, 1", "2, 2, 1", "4, 2, 1", "4, 2, 2", "4, 4, 1", "8, 4, 1"})
    void lossesNormsAndParametersAreThoseOfOneProcess(int worldSize, int partitionGroupSize, int microBatchSize) {
        Outcome expected = reference();

        List<Outcome> ranks = train(worldSize, partitionGroupSize, microBatchSize);

        for (Outcome trained : ranks) {
            for (int step = 0; step < STEPS; step++) {
                assertThat(trained.losses().get(step))
                        .as("loss " + step)
                        .isCloseTo(expected.losses().get(step), within(1e-10));
                assertThat(trained.norms().get(step))
                        .as("norm " + step)
                        .isCloseTo(expected.norms().get(step), within(1e-10));
            }
            expected.parameters()
                    .forEach((name, values) ->
                            assertThat(trained.parameters().get(name)).as(name).containsExactly(values, within(1e-10)));
            // Replicas that differ in the last bit drift apart.
            ranks.get(0)
                    .parameters()
                    .forEach((name, values) ->
                            assertThat(trained.parameters().get(name)).as(name).isEqualTo(values));
        }
        assertThat(expected.norms()).as("some are clipped").anyMatch(norm -> norm > CLIPPING);
    }

    private static List<Outcome> train(int worldSize, int partitionGroupSize, int microBatchSize) {
        EngineSettings settings = new EngineSettings(new OptimizerSettings.Sgd(), CLIPPING, SEED, Precision.FLOAT64)
                .with(SequenceSettings.RESPONSES);
        return ThreadRanks.of(worldSize)
                .with(CommunicationSettings.of(partitionGroupSize))
                .run(ranks -> {
                    List<Double> losses = new ArrayList<>();
                    List<Double> norms = new ArrayList<>();
                    Map<String, double[]> parameters = new LinkedHashMap<>();
                    try (MicsEngine engine = new MicsEngine(CONFIG.build(), settings, ranks)) {
                        for (long step = 0; step < STEPS; step++) {
                            StepResult result = engine.step(
                                    step,
                                    BATCHES.of(step, ranks.rank(), worldSize, microBatchSize)
                                            .iterator(),
                                    RATE);
                            losses.add(result.loss());
                            norms.add(result.gradientNorm());
                        }
                        engine.forEachParameter(
                                (parameter, value) -> parameters.put(parameter.name(), Values.of(value)));
                    }
                    return new Outcome(losses, norms, parameters);
                });
    }

    private static Outcome reference() {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> weights = new LinkedHashMap<>();
            for (Unit unit : CONFIG.build().units()) {
                for (Parameter parameter : unit.parameters()) {
                    Tensor value = new Initializer(SEED)
                            .values(parameter)
                            .to(ScalarType.Double)
                            .clone();
                    weights.put(parameter.name(), value.requires_grad_(true));
                }
            }
            List<Double> losses = new ArrayList<>();
            List<Double> norms = new ArrayList<>();
            for (long step = 0; step < STEPS; step++) {
                step(step, weights, losses, norms);
            }
            Map<String, double[]> parameters = new LinkedHashMap<>();
            weights.forEach((name, value) -> parameters.put(name, Values.of(value.detach())));
            return new Outcome(losses, norms, parameters);
        }
    }

    /** Each example alone and no longer than it is, so that there is no padding; their sum over the tokens of all responses. */
    private static void step(long step, Map<String, Tensor> weights, List<Double> losses, List<Double> norms) {
        long count = 0;
        for (int slot = 0; slot < BATCH; slot++) {
            count += Example.of(step, slot).predicted();
        }
        double loss = 0;
        for (int slot = 0; slot < BATCH; slot++) {
            Example example = Example.of(step, slot);
            int[] tokens = Arrays.stream(example.tokens())
                    .takeWhile(token -> token >= 0)
                    .toArray();
            long predicted = example.predicted();
            Tensor part = new ReferenceGpt(CONFIG, weights)
                    .tokenLosses(Tokens.tensor(new int[][] {tokens}))
                    .narrow(1, tokens.length - 1 - predicted, predicted)
                    .sum()
                    .div(new Scalar((double) count));
            part.backward();
            loss += part.item_double();
        }
        losses.add(loss);
        double squares = 0;
        for (Tensor weight : weights.values()) {
            squares += weight.grad().square().sum().item_double();
        }
        double norm = Math.sqrt(squares);
        norms.add(norm);
        NoGradGuard withoutGraph = new NoGradGuard();
        for (Tensor weight : weights.values()) {
            weight.sub_(weight.grad().mul(new Scalar(RATE * Math.min(1, CLIPPING / (norm + 1e-6)))));
            weight.grad().zero_();
        }
        withoutGraph.close();
    }
}
