package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.engine.shard.Initializer;
import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.Tokens;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class EvaluationTest {

    private static final int WORLD_SIZE = 4;
    private static final GptConfig CONFIG = Gpt.config()
            .layers(2)
            .heads(2)
            .width(8)
            .context(6)
            .vocabularySize(13)
            .dropout(0.3);
    private static final EngineSettings SETTINGS =
            new EngineSettings(new OptimizerSettings.Sgd(), 0, 11, Precision.FLOAT64);

    /** Whole sequences, one that counts for a part, and padding. */
    private static double weight(int slot) {
        return slot == 6 ? 0.5 : slot == 7 ? 0 : 1;
    }

    private static int[] sequence(int slot) {
        return new Random(slot)
                .ints(CONFIG.context() + 1, 0, CONFIG.vocabularySize())
                .toArray();
    }

    @Test
    void theLossIsTheWeightedMeanOverAllRanksWithoutDropoutAndChangesNothing() {
        List<Map<String, double[]>> parameters = ThreadRanks.of(WORLD_SIZE)
                .with(CommunicationSettings.of(2))
                .run(ranks -> {
                    try (MicsEngine engine = new MicsEngine(CONFIG.build(), SETTINGS, ranks)) {
                        double loss = engine.evaluate(batches(ranks).iterator());
                        assertThat(loss).isCloseTo(expected(), within(1e-10));
                        assertThat(engine.gatheredBytes()).isZero();
                        Map<String, double[]> values = new LinkedHashMap<>();
                        engine.forEachParameter((parameter, value) -> values.put(parameter.name(), Values.of(value)));
                        return values;
                    }
                });
        initial()
                .forEach((name, values) ->
                        assertThat(parameters.get(3).get(name)).as(name).containsExactly(values));
    }

    private static List<MicroBatch> batches(RankContext ranks) {
        return List.of(batch(ranks.rank()), batch(ranks.rank() + WORLD_SIZE));
    }

    private static MicroBatch batch(int slot) {
        return new MicroBatch(
                Tokens.tensor(new int[][] {sequence(slot)}), 0, new int[] {slot}, new double[] {weight(slot)});
    }

    private static Map<String, double[]> initial() {
        Map<String, double[]> values = new LinkedHashMap<>();
        try (PointerScope scope = new PointerScope()) {
            initialTensors().forEach((name, tensor) -> values.put(name, Values.of(tensor)));
        }
        return values;
    }

    private static Map<String, Tensor> initialTensors() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        CONFIG.build().units().stream()
                .flatMap(unit -> unit.parameters().stream())
                .forEach(parameter -> tensors.put(
                        parameter.name(), new Initializer(11).values(parameter).to(Precision.FLOAT64.states())));
        return tensors;
    }

    private static double expected() {
        try (PointerScope scope = new PointerScope()) {
            ReferenceGpt model = new ReferenceGpt(CONFIG, initialTensors());
            double loss = 0;
            double weights = 0;
            for (int slot = 0; slot < 2 * WORLD_SIZE; slot++) {
                loss += weight(slot)
                        * model.loss(Tokens.tensor(new int[][] {sequence(slot)}))
                                .item_double();
                weights += weight(slot);
            }
            return loss / weights;
        }
    }
}
