package io.sparkmics.bootstrap.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NcclAddressTest {

    @TempDir
    Path folder;

    @Test
    void itIsRefusedInTheEnvironment() {
        assertThat(problem(Map.of("NCCL_COMM_ID", "10.0.0.1:4242")))
                .hasValue(
                        "Cannot let the ranks of NCCL meet at an address that others may know: the environment variable"
                                + " NCCL_COMM_ID is set, and it replaces the secret in NCCL's ids. Unset it.");
    }

    @Test
    void itIsRefusedInEachOfTheFilesThatNcclReads() throws IOException {
        for (String name : new String[] {"system.conf", ".nccl.conf"}) {
            Path file = Files.writeString(folder.resolve(name), "NCCL_DEBUG=WARN\nNCCL_COMM_ID=10.0.0.1:4242\n");
            assertThat(problem(Map.of()).orElseThrow())
                    .contains("the line NCCL_COMM_ID of " + file)
                    .doesNotContain("10.0.0.1");
            Files.delete(file);
        }
        Path other = Files.writeString(folder.resolve("other"), "NCCL_COMM_ID=10.0.0.1:4242");
        assertThat(problem(Map.of("NCCL_CONF_FILE", other.toString()))).isPresent();
    }

    @Test
    void otherSettingsAreTheUsers() throws IOException {
        Files.writeString(folder.resolve(".nccl.conf"), "NCCL_SOCKET_IFNAME=eth0\n#NCCL_COMM_ID=10.0.0.1:4242\n");

        assertThat(problem(Map.of("NCCL_DEBUG", "INFO"))).isEmpty();
    }

    private Optional<String> problem(Map<String, String> environment) {
        return NcclAddress.problem(environment, folder.resolve("system.conf"), folder.toString());
    }
}
