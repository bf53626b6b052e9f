package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.integration.ChildProcess.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The jar of {@code -Pgpu} on the machine at hand: it loads as far as it can, and says why it stops there. */
@EnabledIfSystemProperty(
        named = "sparkmics.torch.natives",
        matches = ".*-gpu",
        disabledReason = "this build is for the CPU: ./mvnw -Pgpu verify builds the jar for the GPU")
final class GpuJarIT {

    private static final boolean DRIVER = Files.exists(Path.of("/proc/driver/nvidia/version"));

    @TempDir
    Path cache;

    @Test
    void withAllLibrariesItLoadsAndComputesAndWithoutADriverItSaysSo() throws IOException, InterruptedException {
        Outcome run = run(
                GpuNatives.class.getName(),
                Map.of("SPARK_MICS_CUDA_PATH", Environment.cudaLibraries().toString()));

        assertThat(run.output()).contains("sum on the CPU: 24.0", "NCCL answered 0");
        if (DRIVER) {
            assertThat(run.output()).contains("available: true", "all is loaded");
        } else {
            assertThat(run.output())
                    .contains("GPUs: 0, available: false", "Cannot ask nvidia-smi for the GPUs: ")
                    .doesNotContain("Cannot find", "all is loaded");
        }
    }

    @Test
    void theReportNamesEachLibraryAndEndsWithWhetherAllIsThere() throws IOException, InterruptedException {
        Outcome run = run("io.sparkmics.bootstrap.machine.GpuMachine", Map.of());

        assertThat(run.output()).contains("CUDA runtime", "cuBLAS", "cuDNN", "NCCL");
        assertThat(run.exitCode() == 0).isEqualTo(run.lines("Cannot ").isEmpty());
        if (!DRIVER) {
            assertThat(run.exitCode()).isEqualTo(1);
        }
    }

    private Outcome run(String main, Map<String, String> environment) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-Dorg.bytedeco.javacpp.cachedir=" + cache,
                "-cp",
                SparkSubmit.ALL_JAR + ":" + System.getProperty("sparkmics.tests.jar"),
                main));
        return new ChildProcess(command).environment(environment).run(Duration.ofMinutes(5));
    }
}
