package io.sparkmics.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.spark.resource.ResourceInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that Spark runs to find GPUs, beside an nvidia-smi that says what machines say. */
class DiscoveryScriptTest {

    private static final Path SCRIPT = Path.of("src/main/scripts/discover-gpus.sh");

    @TempDir
    Path folder;

    private record Outcome(int exitCode, String output, String errors) {}

    @Test
    void sparkReadsTheIndexOfEachGpu() throws Exception {
        Outcome two = run("[ \"$*\" = '--query-gpu=index --format=csv,noheader' ] && printf '0\\n1\\n'");

        assertThat(two).isEqualTo(new Outcome(0, "{\"name\": \"gpu\", \"addresses\": [\"0\", \"1\"]}\n", ""));
        ResourceInformation read = ResourceInformation.parseJson(two.output());
        assertThat(read.name()).isEqualTo("gpu");
        assertThat(read.addresses()).containsExactly("0", "1");
        assertThat(run("echo 0").output()).isEqualTo("{\"name\": \"gpu\", \"addresses\": [\"0\"]}\n");
    }

    @Test
    void aWarningBetweenTheIndicesIsNoGpu() throws Exception {
        assertThat(run("echo 'WARNING: infoROM is corrupted'; echo 0; echo 1").output())
                .isEqualTo("{\"name\": \"gpu\", \"addresses\": [\"0\", \"1\"]}\n");
    }

    @Test
    void aDriverThatFailsIsQuoted() throws Exception {
        Outcome outcome = run("echo \"NVIDIA-SMI has failed because it couldn't communicate with the driver\"; exit 9");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.output()).isEmpty();
        assertThat(outcome.errors())
                .matches(
                        "Cannot find the GPUs of \\S+: nvidia-smi ended with 9: NVIDIA-SMI has failed because it couldn't"
                                + " communicate with the driver\\. Load or install the NVIDIA driver\\.\\n");
    }

    @Test
    void aMachineWithoutAGpuHasNoAddresses() throws Exception {
        Outcome outcome = run("echo 'No devices were found'");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.output()).isEmpty();
        assertThat(outcome.errors())
                .endsWith("nvidia-smi answered 'No devices were found', in which there is no index of a GPU.\n");
        assertThat(run("true").errors()).endsWith("nvidia-smi answered '', in which there is no index of a GPU.\n");
    }

    @Test
    void aMachineWithoutADriverSaysWhatIsMissing() throws Exception {
        Files.createSymbolicLink(folder.resolve("uname"), Path.of("/usr/bin/uname"));
        Outcome outcome = execute(folder.toString());

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.output()).isEmpty();
        assertThat(outcome.errors())
                .endsWith("there is no nvidia-smi on the PATH, " + folder
                        + ". Install the NVIDIA driver, or ask for no GPUs here.\n");
    }

    @Test
    void whoClonesTheProjectCanRunIt() {
        assertThat(SCRIPT).isExecutable();
    }

    private Outcome run(String nvidiaSmi) throws IOException, InterruptedException {
        Path command = Files.writeString(folder.resolve("nvidia-smi"), "#!/bin/sh\n" + nvidiaSmi + "\n");
        Files.setPosixFilePermissions(
                command,
                Set.of(
                        PosixFilePermission.OWNER_READ,
                        PosixFilePermission.OWNER_EXECUTE,
                        PosixFilePermission.OWNER_WRITE));
        return execute(folder + ":/usr/bin:/bin");
    }

    private static Outcome execute(String path) throws IOException, InterruptedException {
        Path bash = Path.of("/bin/bash");
        ProcessBuilder builder = new ProcessBuilder(bash.toString(), SCRIPT.toString());
        builder.environment().put("PATH", path);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
            return new Outcome(
                    process.exitValue(),
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8),
                    new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
        } finally {
            process.destroyForcibly();
        }
    }
}
