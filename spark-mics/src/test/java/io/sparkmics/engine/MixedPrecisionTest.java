package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.groups.GatherMode;
import io.sparkmics.engine.device.Native;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.device.ReductionPrecision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.Initialization;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Computed in bfloat16, kept in float32. Tolerances are those of PyTorch's own tests for bfloat16. */
class MixedPrecisionTest {

    private static final double RELATIVE = 1.6e-2;
    private static final double ABSOLUTE = 1e-5;
    private static final double RATE = 1;
    private static final GptConfig CONFIG =
            Gpt.config().layers(2).heads(2).width(16).context(7).vocabularySize(11);

    static Stream<Case> runs() {
        List<Case> cases = new ArrayList<>();
        for (ReductionPrecision reduction : ReductionPrecision.values()) {
            EngineSettings settings = new EngineSettings(
                            new OptimizerSettings.Sgd(), 0, 42, Precision.BFLOAT16, reduction)
                    .withReplication(reduction);
            cases.add(new Case(CONFIG, 1, 1, 2, GatherMode.FLAT, 4, 2, settings, 10, RATE));
            cases.add(new Case(CONFIG, 2, 2, 2, GatherMode.FLAT, 2, 2, settings, 10, RATE));
            cases.add(new Case(CONFIG, 4, 2, 2, GatherMode.FLAT, 1, 2, settings, 10, RATE));
            cases.add(new Case(CONFIG, 4, 4, 2, GatherMode.HIERARCHICAL, 1, 2, settings, 10, RATE));
        }
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource("runs")
    void itIsAsCloseToOneProcessAsHalfTheBitsAllow(Case run) {
        Outcome expected = ReferenceTraining.run(run);
        Map<String, double[]> initial = Distance.initial(CONFIG, 42);
        double learned = Distance.between(expected.parameters(), initial);
        for (Outcome actual : EngineTraining.run(run)) {
            assertThat(actual.losses()).hasSameSizeAs(expected.losses());
            for (int step = 0; step < run.steps(); step++) {
                double loss = expected.losses().get(step);
                assertThat(actual.losses().get(step)).isCloseTo(loss, within(ABSOLUTE + RELATIVE * loss));
            }
            assertThat(Distance.between(actual.parameters(), expected.parameters()))
                    .isLessThan(RELATIVE * learned);
        }
    }

    @Test
    void whatIsSavedIsKeptInAllItsBits() {
        EngineSettings settings = new EngineSettings(new OptimizerSettings.Sgd(), 0, 42, Precision.BFLOAT16);
        Case run = new Case(CONFIG, 2, 2, 2, GatherMode.FLAT, 1, 1, settings, 0);
        Map<String, double[]> saved = EngineTraining.run(run).get(0).parameters();
        Distance.initial(CONFIG, 42)
                .forEach((name, values) -> assertThat(saved.get(name)).as(name).containsExactly(values));
    }

    @Test
    void updatesThatAreSmallerThanWhatComputesCanSeeAddUp() {
        // One input 1, one hidden unit, weights 1, wanted 0: every gradient of a weight is 2, and that of the hidden
        // bias too, as long as 1 - n / 2^12 rounds to 1 in 8 bits.
        int steps = 4;
        double rate = Math.pow(2, -13);
        EngineSettings settings = new EngineSettings(new OptimizerSettings.Sgd(), 0, 7, Precision.BFLOAT16);
        List<Map<String, double[]>> results = ThreadRanks.of(2)
                .with(CommunicationSettings.of(2))
                .run(ranks -> {
                    Map<String, double[]> parameters = new LinkedHashMap<>();
                    Mlp model = new Mlp(1, 1, Initialization.constant(1));
                    try (MicsEngine engine = new MicsEngine(model, settings, ranks)) {
                        for (long step = 0; step < steps; step++) {
                            engine.step(step, List.of(ones(step, ranks.rank())).iterator(), rate);
                        }
                        engine.forEachParameter(
                                (parameter, value) -> parameters.put(parameter.name(), Values.of(value)));
                    }
                    return parameters;
                });
        for (Map<String, double[]> result : results) {
            assertThat(result.get("output.weight")).containsExactly(1 - steps * 2 * rate);
        }
    }

    private static MicroBatch ones(long step, int slot) {
        try (PointerScope scope = new PointerScope()) {
            Tensor row = torch.from_blob(new DoublePointer(1, 0), new long[] {1, 2}, Native.options(ScalarType.Double))
                    .to(ScalarType.BFloat16);
            return new MicroBatch(Native.keep(row), step, new int[] {slot}, new double[] {1});
        }
    }
}
