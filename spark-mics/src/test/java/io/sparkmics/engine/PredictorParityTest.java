package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.engine.RowBatches.WeightedRow;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.engine.shard.Initializer;
import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.model.InputColumn;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.RowLayout;
import io.sparkmics.model.perceptron.Perceptron;
import io.sparkmics.model.perceptron.PerceptronConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Steps on rows with classes and weights, against the same computed by hand in plain Java. */
final class PredictorParityTest {

    private static final int FEATURES = 3;
    private static final int HIDDEN = 5;
    private static final int CLASSES = 4;
    private static final int BATCH = 8;
    private static final int STEPS = 6;
    private static final double RATE = 0.3;
    private static final long SEED = 7;

    private static final PerceptronConfig CONFIG =
            Perceptron.classifier(FEATURES).hidden(HIDDEN).withOutputs(CLASSES);
    private static final RowLayout LAYOUT =
            RowLayout.of(List.of(InputColumn.vector("features", FEATURES))).labelled(true);

    private record Labelled(float[] features, int label, double weight) {

        static Labelled of(long step, int slot) {
            Random random = new Random(31 * step + slot);
            float[] features = {random.nextFloat() - 0.5f, random.nextFloat(), 2 * random.nextFloat()};
            return new Labelled(features, random.nextInt(CLASSES), random.nextInt(3));
        }

        WeightedRow row() {
            int[] words = new int[FEATURES + 1];
            for (int i = 0; i < FEATURES; i++) {
                words[i] = Float.floatToIntBits(features[i]);
            }
            words[FEATURES] = label;
            return new WeightedRow(words, weight);
        }
    }

    private static final RowBatches BATCHES = new RowBatches(
            LAYOUT, BATCH, (step, slot) -> Labelled.of(step, slot).row());

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "1, 1, 4", "2, 1, 2", "2, 2, 1", "4, 2, 1", "4, 4, 2", "8, 4, 1"})
    void lossesAndParametersAreThoseOfOneProcess(int worldSize, int partitionGroupSize, int microBatchSize) {
        Outcome expected = byHand();

        Outcome trained = train(worldSize, partitionGroupSize, microBatchSize);

        assertThat(trained.parameters().keySet())
                .isEqualTo(expected.parameters().keySet());
        for (int step = 0; step < STEPS; step++) {
            assertThat(trained.losses().get(step)).isCloseTo(expected.losses().get(step), within(1e-12));
        }
        expected.parameters()
                .forEach((name, values) ->
                        assertThat(trained.parameters().get(name)).as(name).containsExactly(values, within(1e-12)));
    }

    private static Outcome train(int worldSize, int partitionGroupSize, int microBatchSize) {
        EngineSettings settings = new EngineSettings(new OptimizerSettings.Sgd(), 0, SEED, Precision.FLOAT64);
        return ThreadRanks.of(worldSize)
                .with(CommunicationSettings.of(partitionGroupSize))
                .run(ranks -> {
                    List<Double> losses = new ArrayList<>();
                    Map<String, double[]> parameters = new LinkedHashMap<>();
                    try (MicsEngine engine = new MicsEngine(CONFIG.build(), settings, ranks)) {
                        for (long step = 0; step < STEPS; step++) {
                            List<MicroBatch> batches = BATCHES.of(step, ranks.rank(), worldSize, microBatchSize);
                            losses.add(
                                    engine.step(step, batches.iterator(), RATE).loss());
                        }
                        engine.forEachParameter(
                                (parameter, value) -> parameters.put(parameter.name(), Values.of(value)));
                    }
                    return new Outcome(losses, List.of(), parameters);
                })
                .get(worldSize - 1);
    }

    private static Outcome byHand() {
        Map<String, double[]> parameters = new LinkedHashMap<>();
        for (Parameter parameter : CONFIG.build().units().stream()
                .flatMap(unit -> unit.parameters().stream())
                .toList()) {
            try (PointerScope scope = new PointerScope()) {
                parameters.put(parameter.name(), Values.of(new Initializer(SEED).values(parameter)));
            }
        }
        List<Double> losses = new ArrayList<>();
        for (long step = 0; step < STEPS; step++) {
            losses.add(stepByHand(step, parameters));
        }
        return new Outcome(losses, List.of(), parameters);
    }

    /** The loss before the update. */
    private static double stepByHand(long step, Map<String, double[]> parameters) {
        double[] first = parameters.get("layer.0.weight");
        double[] firstBias = parameters.get("layer.0.bias");
        double[] last = parameters.get("head.weight");
        double[] lastBias = parameters.get("head.bias");
        double[][] gradients = {
            new double[first.length], new double[firstBias.length], new double[last.length], new double[lastBias.length]
        };
        double loss = 0;
        for (int slot = 0; slot < BATCH; slot++) {
            Labelled row = Labelled.of(step, slot);
            double[] hidden = new double[HIDDEN];
            for (int unit = 0; unit < HIDDEN; unit++) {
                double sum = firstBias[unit];
                for (int i = 0; i < FEATURES; i++) {
                    sum += row.features()[i] * first[i * HIDDEN + unit];
                }
                hidden[unit] = Math.max(0, sum);
            }
            double[] logits = new double[CLASSES];
            double total = 0;
            for (int c = 0; c < CLASSES; c++) {
                logits[c] = lastBias[c];
                for (int unit = 0; unit < HIDDEN; unit++) {
                    logits[c] += hidden[unit] * last[unit * CLASSES + c];
                }
                total += Math.exp(logits[c]);
            }
            double counts = row.weight() / BATCH;
            loss += counts * (Math.log(total) - logits[row.label()]);
            double[] ofHidden = new double[HIDDEN];
            for (int c = 0; c < CLASSES; c++) {
                double ofLogit = counts * (Math.exp(logits[c]) / total - (c == row.label() ? 1 : 0));
                gradients[3][c] += ofLogit;
                for (int unit = 0; unit < HIDDEN; unit++) {
                    gradients[2][unit * CLASSES + c] += ofLogit * hidden[unit];
                    ofHidden[unit] += ofLogit * last[unit * CLASSES + c];
                }
            }
            for (int unit = 0; unit < HIDDEN; unit++) {
                double ofSum = hidden[unit] > 0 ? ofHidden[unit] : 0;
                gradients[1][unit] += ofSum;
                for (int i = 0; i < FEATURES; i++) {
                    gradients[0][i * HIDDEN + unit] += ofSum * row.features()[i];
                }
            }
        }
        double[][] updated = {first, firstBias, last, lastBias};
        for (int which = 0; which < updated.length; which++) {
            for (int i = 0; i < updated[which].length; i++) {
                updated[which][i] -= RATE * gradients[which][i];
            }
        }
        return loss;
    }
}
