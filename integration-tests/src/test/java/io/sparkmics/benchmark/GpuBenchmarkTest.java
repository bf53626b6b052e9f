package io.sparkmics.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.model.Gpt;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The arithmetic of the benchmark, and all of it on a model that takes a second. */
final class GpuBenchmarkTest {

    @Test
    void theOperationsOfATokenAreCountedByHand() {
        // A block of width w has 12 w^2 + 13 w parameters, the last norm 2 w, the token embedding v w.
        long blocks = 2 * (12 * 8 * 8 + 13 * 8);
        long parameters = blocks + 2 * 8 + 11 * 8;

        assertThat(GptFlops.perToken(
                        Gpt.config().layers(2).heads(2).width(8).context(5).vocabularySize(11)))
                .isEqualTo(6.0 * parameters + 12.0 * 2 * 5 * 8);
    }

    @Test
    void theModelThatIsMeasuredHas355MillionParameters() {
        assertThat(new BenchmarkOptions().config().build().size()).isEqualTo(354_823_168);
    }

    @Test
    void aPeakIsFoundByTheNameThatTheDriverGives() {
        assertThat(Chip.peak("NVIDIA H100 80GB HBM3")).hasValue(989);
        assertThat(Chip.peak("NVIDIA H100 PCIe")).hasValue(756);
        assertThat(Chip.peak("NVIDIA H200")).hasValue(989);
        assertThat(Chip.peak("NVIDIA A100-SXM4-80GB")).hasValue(312);
        assertThat(Chip.peak("NVIDIA GeForce RTX 4090")).isEmpty();
    }

    @Test
    void theMedianIsTheMiddleOne() {
        assertThat(Median.of(List.of(5.0, 1.0, 9.0))).isEqualTo(5);
        assertThat(Median.of(List.of(5.0, 1.0, 9.0, 7.0))).isEqualTo(6);
    }

    @Test
    void aTinyModelOnTheCpuIsMeasuredToTheEnd() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        GpuBenchmark.run(
                BenchmarkOptions.parse(
                        "--device=cpu",
                        "--layers=2",
                        "--heads=2",
                        "--width=16",
                        "--context=8",
                        "--vocabulary=32",
                        "--warm-up=1",
                        "--steps=4",
                        "--batches=1,2"),
                new PrintStream(out, true, StandardCharsets.UTF_8));

        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .hasSize(2)
                .allMatch(line -> line.matches("\\{.*\"tokensPerSecond\":[0-9.]+.*\\}"))
                .anyMatch(line -> line.contains("\"microBatchSize\":2"))
                .noneMatch(line -> line.contains("shareOfPeak"));
    }

    @Test
    void anUnknownOptionIsRefusedByName() {
        assertThatThrownBy(() -> BenchmarkOptions.parse("--witdh=3"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot read --witdh=3: the options are --device, --layers, --heads, --width, --context,"
                        + " --vocabulary, --warm-up, --steps and --batches, each with = and a value.");
    }
}
