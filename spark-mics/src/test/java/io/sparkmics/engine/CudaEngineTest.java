package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sparkmics.bootstrap.GatherMode;
import io.sparkmics.bootstrap.machine.GpuMachine;
import io.sparkmics.bootstrap.nccl.NcclTransport;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The step on one GPU against the step on the CPU. Tolerances are those of PyTorch's own tests. */
@Tag("gpu")
class CudaEngineTest {

    private static final GptConfig CONFIG =
            Gpt.config().layers(2).heads(2).width(16).context(8).vocabularySize(11);
    private static final OptimizerSettings SGD = new OptimizerSettings.Sgd();

    @BeforeEach
    void requireGpu() {
        assumeThat(GpuMachine.here().problems()).isEmpty();
    }

    private static Case run(GptConfig config, Precision precision, double rate) {
        return new Case(config, 1, 1, 1, GatherMode.FLAT, 4, 2, new EngineSettings(SGD, 1, 42, precision), 10, rate);
    }

    private static Outcome onCpu(Case run) {
        return EngineTraining.run(run).get(0);
    }

    private static Outcome onGpu(Case run) {
        return EngineTraining.run(run, EngineTraining.ranks(run).over(() -> NcclTransport.on(0)))
                .get(0);
    }

    private static void assertClose(double actual, double expected, double relative, double absolute) {
        assertThat(actual).isCloseTo(expected, within(absolute + relative * Math.abs(expected)));
    }

    @Test
    void inSinglePrecisionItIsAsCloseAsRoundingAllows() {
        Case run = run(CONFIG, Precision.FLOAT32, 1e-3);
        Outcome expected = onCpu(run);
        Outcome actual = onGpu(run);
        for (int step = 0; step < run.steps(); step++) {
            assertClose(actual.losses().get(step), expected.losses().get(step), 1e-5, 0);
            assertClose(actual.norms().get(step), expected.norms().get(step), 1e-4, 0);
        }
        expected.parameters().forEach((name, values) -> {
            for (int i = 0; i < values.length; i++) {
                assertClose(actual.parameters().get(name)[i], values[i], 1.3e-6, 1e-5);
            }
        });
    }

    @Test
    void inMixedPrecisionItIsAsCloseAsHalfTheBitsAllow() {
        Case run = run(CONFIG, Precision.BFLOAT16, 1);
        Outcome expected = onCpu(run);
        Outcome actual = onGpu(run);
        for (int step = 0; step < run.steps(); step++) {
            assertClose(actual.losses().get(step), expected.losses().get(step), 1.6e-2, 1e-5);
        }
        assertThat(Distance.between(actual.parameters(), expected.parameters()))
                .isLessThan(1.6e-2 * Distance.between(expected.parameters(), Distance.initial(CONFIG, 42)));
    }

    @Test
    void dropoutIsPrivateAndTheSameAgain() {
        Case run = run(CONFIG.dropout(0.3), Precision.FLOAT32, 1e-3);
        List<Double> once = onGpu(run).losses();
        List<Double> again = onGpu(run).losses();
        List<Double> without = onGpu(run(CONFIG, Precision.FLOAT32, 1e-3)).losses();
        for (int step = 0; step < run.steps(); step++) {
            assertClose(again.get(step), once.get(step), 1e-5, 0);
        }
        assertThat(once.get(0)).isNotCloseTo(without.get(0), within(1e-3));
    }

    @Test
    void oneStepAfterAnotherAllocatesNothing() {
        Case run = run(CONFIG, Precision.BFLOAT16, 1e-3);
        EngineTraining.ranks(run).over(() -> NcclTransport.on(0)).run(ranks -> {
            List<MicroBatch> source = new ArrayList<>();
            for (long step = 0; step < 20; step++) {
                EngineTraining.microBatches(run, ranks.rank(), step).forEachRemaining(source::add);
            }
            try (MicsEngine engine = new MicsEngine(CONFIG.build(), run.settings(), ranks);
                    Feed feed = new Feed(source.iterator(), ranks.device())) {
                long warm = 0;
                for (long step = 0; step < 20; step++) {
                    engine.step(step, feed.limit(run.microSteps()), 1e-3);
                    warm = step == 4 ? engine.deviceAllocations() : warm;
                }
                assertThat(warm).isPositive();
                assertThat(engine.deviceAllocations()).isEqualTo(warm);
                assertThat(engine.memory().peakBytes())
                        .isGreaterThan(engine.memory().engineBytes());
            }
            return null;
        });
    }
}
