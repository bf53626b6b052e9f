package io.sparkmics.bootstrap.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.machine.Gpu.ComputeCapability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NvidiaSmiTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    @Test
    void theGpusAreReadAsTheDriverListsThem() throws IOException {
        NvidiaSmi answer = ask("""
                echo "0, GPU-aa, NVIDIA H100 80GB HBM3, 81559, 9.0, 580.95.05"
                echo "WARNING: infoROM is corrupted at gpu 0000:00:1E.0"
                echo "1, GPU-bb, Tesla T4, 15360, 7.5, 580.95.05"
                """, LONG);

        assertThat(answer.problem()).isEmpty();
        assertThat(answer.driver()).hasValue("580.95.05");
        assertThat(answer.gpus())
                .containsExactly(
                        new Gpu(0, "GPU-aa", "NVIDIA H100 80GB HBM3", 81559L << 20, new ComputeCapability(9, 0)),
                        new Gpu(1, "GPU-bb", "Tesla T4", 15360L << 20, new ComputeCapability(7, 5)));
        assertThat(answer.gpus().get(1)).hasToString("GPU 1 Tesla T4 (15.0 GiB, compute capability 7.5)");
    }

    @Test
    void itIsAskedForWhatIsRead() throws IOException {
        NvidiaSmi answer = ask("echo \"0, $1, $2, 1, 9.0, 1\"", LONG);

        assertThat(answer.problem())
                .as("the fields are separated by commas, which the answer must not have")
                .isPresent();
        assertThat(answer.problem().orElseThrow())
                .contains("--query-gpu=index,uuid,name,memory.total,compute_cap,driver_version");
    }

    @Test
    void itsOwnReasonIsHandedOn() throws IOException {
        assertThat(ask(
                                "echo \"NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\"; exit 9",
                                LONG)
                        .problem())
                .hasValue("Cannot ask nvidia-smi for the GPUs: it ended with 9 and said 'NVIDIA-SMI has failed because"
                        + " it couldn't communicate with the NVIDIA driver.'. Load or install the NVIDIA driver, version"
                        + " 580 or newer.");
    }

    @Test
    void aDriverThatHangsIsNotWaitedFor() throws IOException {
        assertThat(ask("sleep 60", Duration.ofSeconds(1)).problem())
                .hasValue("Cannot ask nvidia-smi for the GPUs: it did not end in 1 s: the driver hangs. Look for Xid"
                        + " errors in the kernel's log, and restart the machine.");
    }

    @Test
    void withoutADriverThereIsNoSuchCommand() {
        assertThat(NvidiaSmi.ask(folder.resolve("absent").toString(), LONG)
                        .problem()
                        .orElseThrow())
                .startsWith("Cannot ask nvidia-smi for the GPUs: there is no such command to run (")
                .endsWith("version 580 or newer; start containers with the NVIDIA container toolkit.");
    }

    @Test
    void aMachineWithADriverMayHaveNoGpu() throws IOException {
        assertThat(ask("echo \"No devices were found\"", LONG).problem())
                .hasValue("Cannot ask nvidia-smi for the GPUs: it names no GPU. Take a machine with one, or give one to"
                        + " this container.");
    }

    private NvidiaSmi ask(String script, Duration deadline) throws IOException {
        Path command = Files.createFile(
                folder.resolve("nvidia-smi"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.writeString(command, "#!/bin/sh\n" + script);
        return NvidiaSmi.ask(command.toString(), deadline);
    }
}
