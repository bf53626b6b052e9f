package io.sparkmics.engine;

import static io.sparkmics.engine.Staged.matrix;
import static io.sparkmics.engine.Staged.stage;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.engine.device.Native;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.model.Model;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** One rank of four has a number that is not finite, in one step. */
class SkippedStepTest {

    private static final int WORLD_SIZE = 4;
    private static final OptimizerSettings ADAMW = new OptimizerSettings.AdamW(0.9, 0.95, 1e-8, 0.1);

    /** Rows [factor, x, y]: |factor (x u + y v)|, whose gradient is not finite where it is 0 and the loss is. */
    static final Model MODEL = Staged.of(
            stage(
                    List.of(matrix("first", 2, 3)),
                    (input, weights, pass) -> input.narrow(1, 1, 2).matmul(weights.get("first"))),
            stage(
                    List.of(matrix("second", 3, 1)),
                    (input, weights, pass) -> input.matmul(weights.get("second"))
                            .squeeze(1)
                            .mul(pass.data().select(1, 0))
                            .square()
                            .sqrt()));

    private record Run(List<StepResult> results, Map<String, double[]> parameters, long nonFinite) {}

    static MicroBatch batch(long number, int rank, ScalarType type, double factor) {
        double[] row = {factor, 1 + number + rank, 2 - rank};
        try (PointerScope scope = new PointerScope()) {
            return new MicroBatch(
                    Native.keep(
                            Native.copy(row, Native.options(type)).view(1, 3).clone()),
                    number,
                    new int[] {rank},
                    new double[] {1});
        }
    }

    /** As many steps as batches; the factor is that of rank 2. */
    private static List<Run> run(Precision precision, List<Long> batches, LongFunction<Double> factor) {
        EngineSettings settings = new EngineSettings(ADAMW, 1, 7, precision);
        return ThreadRanks.of(WORLD_SIZE).with(CommunicationSettings.of(2)).run(ranks -> {
            List<StepResult> results = new ArrayList<>();
            Map<String, double[]> parameters = new LinkedHashMap<>();
            try (MicsEngine engine = new MicsEngine(MODEL, settings, ranks)) {
                for (int step = 0; step < batches.size(); step++) {
                    long number = batches.get(step);
                    double own = ranks.rank() == 2 ? factor.apply(number) : 1;
                    MicroBatch batch = batch(number, ranks.rank(), precision.compute(), own);
                    results.add(engine.step(step, List.of(batch).iterator(), 1e-2));
                }
                engine.forEachParameter((parameter, value) -> parameters.put(parameter.name(), Values.of(value)));
                return new Run(results, parameters, engine.nonFiniteParameters());
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"NaN, FLOAT32", "Infinity, FLOAT32", "0, FLOAT32", "NaN, BFLOAT16"})
    void allRanksSkipTheStepAndItIsAsIfItHadNotBeen(double factor, Precision precision) {
        List<Run> spoiled = run(precision, List.of(0L, 1L, 9L, 2L, 3L), number -> number == 9 ? factor : 1);
        List<Run> without = run(precision, List.of(0L, 1L, 2L, 3L), number -> 1.0);

        for (int rank = 0; rank < WORLD_SIZE; rank++) {
            Run run = spoiled.get(rank);
            assertThat(run.results()).extracting(StepResult::skipped).containsExactly(false, false, true, false, false);
            assertThat(run.results()).isEqualTo(spoiled.get(0).results());
            assertThat(run.nonFinite()).isZero();
            without.get(rank)
                    .parameters()
                    .forEach((name, values) ->
                            assertThat(run.parameters().get(name)).as(name).containsExactly(values));
        }
        // Where the factor is 0 the loss is as good as any; its gradient is not.
        assertThat(Double.isFinite(spoiled.get(0).results().get(2).loss())).isEqualTo(factor == 0);
        assertThat(spoiled.get(0).results().get(2).gradientNorm()).isNaN();
    }

    static List<OptimizerSettings> optimizers() {
        return List.of(ADAMW, new OptimizerSettings.Sgd());
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void parametersThatAreNotFiniteAreCounted(OptimizerSettings optimizer) {
        EngineSettings settings = new EngineSettings(optimizer, 0, 7, Precision.FLOAT32);
        List<Long> counts = ThreadRanks.of(WORLD_SIZE)
                .with(CommunicationSettings.of(2))
                .run(ranks -> {
                    try (MicsEngine engine = new MicsEngine(MODEL, settings, ranks)) {
                        for (long step = 0; step < 2; step++) {
                            MicroBatch batch = batch(0, ranks.rank(), ScalarType.Float, 1e5);
                            engine.step(step, List.of(batch).iterator(), 1e300);
                        }
                        return engine.nonFiniteParameters();
                    }
                });

        assertThat(counts).containsOnly(9L);
    }
}
