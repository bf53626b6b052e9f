package io.sparkmics.benchmark.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where root may make control groups. */
class HostCoresTest {

    /** Linux gives no process a number so large. */
    private static final String DEAD = "spark-mics-999999999-host-0";

    @Test
    void aHostsProcessesAreInItsGroupAndNothingIsLeftOfIt() throws IOException {
        ControlGroups.Mounted groups = mounted();
        Path host =
                groups.mount().resolve("spark-mics-" + ProcessHandle.current().pid() + "-host-1");
        Process process = new ProcessBuilder("sleep", "600").start();
        try (HostCores cores = open(groups)) {
            cores.add(1, process.pid());
            cores.hold(0.25);

            assertThat(Files.readAllLines(host.resolve("cgroup.procs"))).containsExactly(Long.toString(process.pid()));
            assertThat(limit(groups, host)).isEqualTo("5000 of 20000");
        } finally {
            process.destroyForcibly();
        }

        assertThat(host).doesNotExist();
    }

    @Test
    void whatAKilledBenchmarkHasLeftIsDeletedWithItsProcesses() throws IOException, InterruptedException {
        ControlGroups.Mounted groups = mounted();
        Path left = groups.mount().resolve(DEAD);
        Process process = new ProcessBuilder("sleep", "600").start();
        try {
            Files.createDirectory(left);
            Files.writeString(left.resolve("cgroup.procs"), Long.toString(process.pid()));
        } catch (IOException e) {
            process.destroyForcibly();
            abort(e.toString());
        }

        open(groups).close();

        assertThat(left).doesNotExist();
        assertThat(process.waitFor()).isNotZero();
    }

    @Test
    void theControllersOfProcessorsAreFoundInEitherVersion(@TempDir Path unified) throws IOException {
        Path control = Files.writeString(unified.resolve("cgroup.controllers"), "cpuset cpu io\n");
        String v1 = "cgroup /sys/fs/cgroup/cpuset cgroup rw,cpuset 0 0\ncgroup /c cgroup rw,relatime,cpu,cpuacct 0 0\n";
        String v2 = "cgroup2 " + unified + " cgroup2 rw 0 0\n";

        assertThat(ControlGroups.find(v1 + v2)).hasValue(new ControlGroups.Mounted(ControlGroups.V2, unified));
        Files.writeString(control, "cpuset hugetlb\n");
        assertThat(ControlGroups.find(v1 + v2)).hasValue(new ControlGroups.Mounted(ControlGroups.V1, Path.of("/c")));
        assertThat(ControlGroups.find(v2)).isEmpty();
    }

    private static ControlGroups.Mounted mounted() throws IOException {
        Path mounts = Path.of("/proc/self/mounts");
        if (!Files.exists(mounts)) {
            abort("no Linux");
        }
        return ControlGroups.find(Files.readString(mounts)).orElseGet(() -> abort("no control groups of processors"));
    }

    private static HostCores open(ControlGroups.Mounted groups) {
        try {
            return HostCores.open(groups, 2);
        } catch (IOException e) {
            return abort(e.getMessage());
        }
    }

    private static String limit(ControlGroups.Mounted groups, Path host) throws IOException {
        return groups.version() == ControlGroups.V2
                ? Files.readString(host.resolve("cpu.max")).strip().replace(" ", " of ")
                : Files.readString(host.resolve("cpu.cfs_quota_us")).strip()
                        + " of "
                        + Files.readString(host.resolve("cpu.cfs_period_us")).strip();
    }
}
