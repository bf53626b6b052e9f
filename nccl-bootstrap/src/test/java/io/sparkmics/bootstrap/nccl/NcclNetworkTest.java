package io.sparkmics.bootstrap.nccl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NcclNetworkTest {

    @TempDir
    Path folder;

    @Test
    void withoutAdaptersSocketsAreWhatThereIs() throws IOException {
        maps("/usr/lib/libnccl.so.2");

        assertThat(network().describe()).isEqualTo("NCCL reaches other hosts over plain sockets.");
        assertThat(network().warning()).isEmpty();
    }

    @Test
    void anAdapterThatIsOpenIsUsed() throws IOException {
        maps("/usr/lib/libnccl.so.2");
        adapter("mlx5_0", "mlx5_core", "4: ACTIVE");
        open("uverbs0", "mlx5_0");

        assertThat(network().describe()).isEqualTo("NCCL reaches other hosts over mlx5_0.");
        assertThat(network().warning()).isEmpty();
    }

    @Test
    void aPluginIsUsedWhereItIsLoaded() throws IOException {
        maps("/opt/amazon/ofi-nccl/lib/libnccl-net-ofi.so");
        adapter("rdmap0s6", "efa", "4: ACTIVE");
        open("uverbs0", "rdmap0s6");

        assertThat(network().describe()).isEqualTo("NCCL reaches other hosts over libnccl-net-ofi.so with rdmap0s6.");
        assertThat(network().warning()).isEmpty();
    }

    @Test
    void socketsBesideAnAdapterAreWarnedOf() throws IOException {
        maps("/usr/lib/libnccl.so.2");
        adapter("mlx5_0", "mlx5_core", "4: ACTIVE");
        adapter("mlx5_1", "mlx5_core", "1: DOWN");

        assertThat(network().warning())
                .hasValue("NCCL reaches other hosts over plain sockets, and this host has mlx5_0. Give a container"
                        + " /dev/infiniband and libibverbs.so.1, and unset NCCL_IB_DISABLE and NCCL_NET, and let the"
                        + " process lock as much memory as it likes (ulimit -l).");

        adapter("rdmap0s6", "efa", "4: ACTIVE");
        assertThat(network().warning())
                .hasValueSatisfying(warning -> assertThat(warning)
                        .contains("this host has mlx5_0, rdmap0s6. Have the executors find libnccl-net.so of"
                                + " aws-ofi-nccl in LD_LIBRARY_PATH"));
    }

    @Test
    void anAdapterThatIsDownIsNoneAndAProcessThatCannotBeReadNoError() throws IOException {
        adapter("mlx5_1", "mlx5_core", "1: DOWN");

        assertThat(network().warning()).isEmpty();
    }

    private NcclNetwork network() {
        return NcclNetwork.of(folder.resolve("proc"), folder.resolve("class"));
    }

    private void maps(String library) throws IOException {
        Path process = Files.createDirectories(folder.resolve("proc"));
        Files.writeString(
                process.resolve("maps"),
                "7f0000000000-7f0000001000 r-xp 00000000 08:01 1234 " + library
                        + "\n7f01-7f02 rw-p 00000000 00:00 0\n");
    }

    private void adapter(String name, String driver, String state) throws IOException {
        Path adapter = folder.resolve("class/infiniband").resolve(name);
        Files.createDirectories(adapter.resolve("ports/1"));
        Files.writeString(adapter.resolve("ports/1/state"), state + "\n");
        Files.createDirectories(adapter.resolve("device"));
        Files.createSymbolicLink(adapter.resolve("device/driver"), Path.of("../../../bus/pci/drivers/" + driver));
    }

    private void open(String device, String adapter) throws IOException {
        Path descriptors = Files.createDirectories(folder.resolve("proc/fd"));
        Files.createSymbolicLink(descriptors.resolve("17"), Path.of("/dev/infiniband/" + device));
        Path verbs =
                Files.createDirectories(folder.resolve("class/infiniband_verbs").resolve(device));
        Files.writeString(verbs.resolve("ibdev"), adapter + "\n");
    }
}
