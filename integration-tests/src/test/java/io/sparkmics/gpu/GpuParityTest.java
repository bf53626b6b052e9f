package io.sparkmics.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.bootstrap.OneGpu;
import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.gpu.Training.Outcome;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import java.util.stream.Stream;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A step on the GPU is the step on the CPU: same seed, same batches. */
@Tag("gpu")
final class GpuParityTest {

    private static final RankDevice GPU = RankDevice.cuda(0);

    private static final GptConfig TINY =
            Gpt.config().layers(2).heads(2).width(16).context(7).vocabularySize(11);
    private static final GptConfig MIDDLE =
            Gpt.config().layers(4).heads(4).width(256).context(128).vocabularySize(2048);

    static Stream<Training> runs() {
        return Stream.of(
                run(TINY, new OptimizerSettings.Sgd(), 0.1),
                run(TINY, new OptimizerSettings.AdamW(0.9, 0.95, 1e-8, 0.1), 1e-3),
                run(MIDDLE, new OptimizerSettings.Sgd(), 0.1),
                run(MIDDLE, new OptimizerSettings.AdamW(0.9, 0.95, 1e-8, 0.1), 1e-3));
    }

    private static Training run(GptConfig config, OptimizerSettings optimizer, double learningRate) {
        return new Training(config, optimizer, learningRate, Precision.FLOAT32);
    }

    @BeforeEach
    void aGpu() {
        OneGpu.required();
    }

    @ParameterizedTest
    @MethodSource("runs")
    void inSinglePrecisionItIsAsCloseAsRoundingAllows(Training run) {
        Outcome expected = run.on(RankDevice.cpu());
        Outcome actual = run.on(GPU);

        assertThat(torch.globalContext().allowTF32CuBLAS()).isFalse();
        Closeness.FLOAT32.check(run, actual, expected);
    }

    @ParameterizedTest
    @MethodSource("runs")
    void inHalfTheBitsItIsAsCloseAsTheyAllow(Training run) {
        Outcome expected = run.on(RankDevice.cpu());
        Outcome actual = run.in(Precision.BFLOAT16).on(GPU);

        Closeness.BFLOAT16.check(run, actual, expected);
    }

    @Test
    void dropoutIsPrivateAndTheSameAgain() {
        Training run = run(TINY.dropout(0.3), new OptimizerSettings.Sgd(), 0.1);
        Outcome once = run.on(GPU);
        Outcome again = run.on(GPU);
        Outcome without = run(TINY, new OptimizerSettings.Sgd(), 0.1).on(GPU);

        Closeness.FLOAT32.check(run, again, once);
        assertThat(once.losses().get(0)).isNotCloseTo(without.losses().get(0), within(1e-3));
    }
}
