package io.sparkmics.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.model.GptConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code gpu/report.py} makes of the benchmark's lines. */
@Tag("python")
final class GpuReportTest {

    @TempDir
    Path results;

    @Test
    void whatWasPredictedStandsBesideWhatIsMeasured() throws Exception {
        GptConfig config = new BenchmarkOptions().config();
        double predicted = Speed.predicted(Chip.named("NVIDIA H200").orElseThrow(), config, 32)
                .orElseThrow()
                .tokensPerSecond();
        double measured = predicted / 1.25;
        write(line(new Speed(config, 32, measured), "NVIDIA H200"), line(new Speed(config, 32, measured), "NVIDIA L4"));

        assertThat(report())
                .contains(String.format(Locale.ROOT, "%,.0f tokens/s, predicted %,.0f (+25 %%), ", measured, predicted))
                .contains(String.format(Locale.ROOT, "%,.0f tokens/s, loss ", measured));
    }

    private static String line(Speed speed, String name) {
        JsonLine line = new JsonLine(32).with("firstLoss", 10.9).with("lastLoss", 9.5);
        speed.addTo(line, name);
        return line.toString();
    }

    private void write(String... lines) throws IOException {
        Files.write(results.resolve("benchmark.txt"), List.of(lines));
        Files.writeString(results.resolve("benchmark.exit"), "0 60");
    }

    private String report() throws Exception {
        String python = System.getenv("SPARK_MICS_PYTHON");
        Assumptions.assumeTrue(python != null, "SPARK_MICS_PYTHON is not set");
        Process process = new ProcessBuilder(python, "gpu/report.py", results.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        // The other parts have not run.
        assertThat(process.waitFor()).as(said).isEqualTo(1);
        return said;
    }
}
