package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.engine.device.Native;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.model.Initialization;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

/** The engine trains what users bring, and what it sums it sums exactly. */
class OwnModelTest {

    private static final int INPUTS = 3;

    /** y = 2a - b + c/2, and rows that are small integers. */
    private static double[] row(long step, int slot) {
        Random random = new Random(31 * step + slot);
        double a = random.nextInt(5) - 2;
        double b = random.nextInt(5) - 2;
        double c = random.nextInt(5) - 2;
        return new double[] {a, b, c, 2 * a - b + c / 2};
    }

    private static MicroBatch batch(long step, int slot) {
        try (PointerScope scope = new PointerScope()) {
            Tensor data = torch.from_blob(
                            new DoublePointer(row(step, slot)),
                            new long[] {1, INPUTS + 1},
                            Native.options(ScalarType.Double))
                    .clone();
            return new MicroBatch(Native.keep(data), step, new int[] {slot}, new double[] {1});
        }
    }

    private static List<Double> losses(int worldSize, int partitionGroupSize, int steps) {
        EngineSettings settings =
                new EngineSettings(new OptimizerSettings.AdamW(0.9, 0.99, 1e-8, 0), 0, 7, Precision.FLOAT64);
        return ThreadRanks.of(worldSize)
                .with(CommunicationSettings.of(partitionGroupSize))
                .run(ranks -> {
                    List<Double> losses = new ArrayList<>();
                    Mlp model = new Mlp(INPUTS, 16, Initialization.normal(0.5));
                    try (MicsEngine engine = new MicsEngine(model, settings, ranks)) {
                        for (long step = 0; step < steps; step++) {
                            List<MicroBatch> batches = new ArrayList<>();
                            for (int slot = ranks.rank(); slot < 8; slot += worldSize) {
                                batches.add(batch(step, slot));
                            }
                            losses.add(
                                    engine.step(step, batches.iterator(), 1e-2).loss());
                        }
                    }
                    return losses;
                })
                .get(0);
    }

    @Test
    void aPerceptronLearnsALineAndDoesNotCareHowItIsSharded() {
        List<Double> alone = losses(1, 1, 150);
        List<Double> sharded = losses(4, 2, 150);
        assertThat(alone.get(149)).isLessThan(alone.get(0) / 20);
        for (int step = 0; step < alone.size(); step++) {
            assertThat(sharded.get(step)).isCloseTo(alone.get(step), org.assertj.core.data.Offset.offset(1e-9));
        }
    }

    @Test
    void gradientsThatAreWholeNumbersAreSummedToTheBit() {
        EngineSettings settings = new EngineSettings(new OptimizerSettings.Sgd(), 0, 7, Precision.FLOAT32);
        // All weights 1 and a learning rate of the number of micro-batches: the update is the summed gradient itself.
        List<Map<String, double[]>> results = new ArrayList<>();
        for (int[] world : new int[][] {{1, 1}, {2, 1}, {2, 2}, {4, 2}, {4, 4}, {8, 4}}) {
            results.add(ThreadRanks.of(world[0])
                    .with(CommunicationSettings.of(world[1]))
                    .run(ranks -> {
                        Map<String, double[]> parameters = new LinkedHashMap<>();
                        Mlp model = new Mlp(INPUTS, 5, Initialization.constant(1));
                        try (MicsEngine engine = new MicsEngine(model, settings, ranks)) {
                            List<MicroBatch> batches = new ArrayList<>();
                            for (int slot = ranks.rank(); slot < 16; slot += world[0]) {
                                batches.add(integerBatch(slot));
                            }
                            engine.step(0, batches.iterator(), 16);
                            engine.forEachParameter(
                                    (parameter, value) -> parameters.put(parameter.name(), Values.of(value)));
                        }
                        return parameters;
                    })
                    .get(0));
        }
        Map<String, double[]> exact = exactUpdate();
        for (Map<String, double[]> result : results) {
            assertThat(result.keySet()).isEqualTo(exact.keySet());
            exact.forEach(
                    (name, values) -> assertThat(result.get(name)).as(name).containsExactly(values));
        }
    }

    private static MicroBatch integerBatch(int slot) {
        try (PointerScope scope = new PointerScope()) {
            Tensor data = torch.from_blob(
                            new DoublePointer(integers(slot)),
                            new long[] {1, INPUTS + 1},
                            Native.options(ScalarType.Double))
                    .to(ScalarType.Float);
            return new MicroBatch(Native.keep(data), 0, new int[] {slot}, new double[] {1});
        }
    }

    private static double[] integers(int slot) {
        return new double[] {slot % 3, slot % 4, slot % 2, slot % 5};
    }

    /** The same by hand: weights 1, hidden units all equal, error 2 (5 h - y). */
    private static Map<String, double[]> exactUpdate() {
        double[] weight = new double[INPUTS * 5];
        double[] output = new double[5];
        double[] bias = new double[5];
        java.util.Arrays.fill(weight, 1);
        java.util.Arrays.fill(output, 1);
        for (int slot = 0; slot < 16; slot++) {
            double[] row = integers(slot);
            double hidden = row[0] + row[1] + row[2];
            double error = 2 * (5 * hidden - row[3]);
            for (int unit = 0; unit < 5; unit++) {
                output[unit] -= error * hidden;
                if (hidden > 0) {
                    bias[unit] -= error;
                    for (int input = 0; input < INPUTS; input++) {
                        weight[input * 5 + unit] -= error * row[input];
                    }
                }
            }
        }
        Map<String, double[]> exact = new LinkedHashMap<>();
        exact.put("hidden.weight", weight);
        exact.put("hidden.bias", bias);
        exact.put("output.weight", output);
        return exact;
    }
}
