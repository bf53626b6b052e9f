package io.sparkmics.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
        assertThat(peak("NVIDIA H100 80GB HBM3")).hasValue(989.0);
        assertThat(peak("NVIDIA H100 PCIe")).hasValue(756.0);
        assertThat(peak("NVIDIA H200")).hasValue(989.0);
        assertThat(peak("NVIDIA H200 NVL")).hasValue(835.0);
        assertThat(peak("NVIDIA A100-SXM4-80GB")).hasValue(312.0);
        assertThat(peak("NVIDIA GeForce RTX 4090")).isEmpty();
    }

    private static Optional<Double> peak(String name) {
        return Chip.named(name).map(Chip::teraflops);
    }

    @ParameterizedTest
    @CsvSource({
        "NVIDIA H100 80GB HBM3, H100, 8",
        "NVIDIA H100 80GB HBM3, H100, 16",
        "NVIDIA H100 80GB HBM3, H100, 32",
        "NVIDIA H200, H200, 8",
        "NVIDIA H200, H200, 16",
        "NVIDIA H200, H200, 32"
    })
    void whatIsPredictedStandsOnThePlannersPage(String name, String gpu, int microBatchSize) throws IOException {
        Chip chip = Chip.named(name).orElseThrow();
        Speed speed = Speed.predicted(chip, new BenchmarkOptions().config(), microBatchSize)
                .orElseThrow();
        assertThat(Path.of("benchmarks/planner.md"))
                .content()
                .contains(String.format(
                        Locale.ROOT,
                        "| %s | %d | %,.0f | %.1f %% |",
                        gpu,
                        microBatchSize,
                        speed.tokensPerSecond(),
                        100 * speed.shareOfPeak(chip)));
    }

    @Test
    void nothingIsPredictedOfAGpuThatThePlannerDoesNotKnowOrThatTheModelDoesNotFit() {
        GptConfig config = new BenchmarkOptions().config();
        assertThat(Speed.predicted(Chip.named("NVIDIA H100 PCIe").orElseThrow(), config, 32))
                .isEmpty();
        Chip small = Chip.named("NVIDIA A100-SXM4-40GB").orElseThrow();
        assertThat(Speed.predicted(small, config, 8)).isPresent();
        assertThat(Speed.predicted(small, config, 64)).isEmpty();
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
                .noneMatch(line -> line.contains("shareOfPeak") || line.contains("predicted"));
    }

    @Test
    void anUnknownOptionIsRefusedByName() {
        assertThatThrownBy(() -> BenchmarkOptions.parse("--witdh=3"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot read --witdh=3: the options are --device, --layers, --heads, --width, --context,"
                        + " --vocabulary, --warm-up, --steps and --batches, each with = and a value.");
    }
}
