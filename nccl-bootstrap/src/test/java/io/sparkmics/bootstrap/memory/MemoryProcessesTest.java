package io.sparkmics.bootstrap.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sparkmics.bootstrap.ProcessRanksContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryProcessesTest extends ProcessRanksContract {

    @TempDir
    Path shared;

    private String folder;

    @Override
    protected String road() {
        return "memory";
    }

    @Override
    protected String[] signsOfAKilledRank() {
        return new String[] {"the process of rank 1 on 127.0.0.1 has ended; this one waited for rank 1 on 127.0.0.1."};
    }

    @Override
    protected Map<String, String> environment() {
        return Map.of("SPARK_MICS_SHARED_MEMORY", folder == null ? shared.toString() : folder);
    }

    /** However the ranks have ended: one was killed, one frozen and then killed. */
    @AfterEach
    void nothingIsLeft() {
        assertThat(shared).isEmptyDirectory();
    }

    @Test
    void everyCollectiveIsRightWhereAllShareOneHost() throws Exception {
        start("check", 3, 300, 3);
        awaitSuccess(3);
        assertThat(output(0)).doesNotContain("sockets");
    }

    @Test
    void manyCollectivesLeaveNothingInMemory() throws Exception {
        start("many", 2);
        awaitSuccess(2);
        assertThat(output(0)).doesNotContain("sockets");
    }

    @Test
    void whereThereIsNoFolderTheRanksTalkOverSockets() throws Exception {
        folder = shared.resolve("absent").toString();
        start("check", 2);
        awaitSuccess(2);
        assertThat(output(0))
                .contains("partition group [0, 1] on rank 0 does not share memory, its ranks talk over sockets: ")
                .contains("absent");
    }

    @Test
    void whereTheFileSystemIsFullTheRanksTalkOverSockets() throws Exception {
        assumeThat(ended("mount", "-t", "tmpfs", "-o", "size=4m", "none", shared.toString()))
                .as("the exit status of mount, which root alone may use")
                .isZero();
        try {
            start("check", 2);
            awaitSuccess(2);
            assertThat(output(0))
                    .contains("its ranks talk over sockets: java.io.IOException: " + shared + " has ")
                    .contains(" bytes of free space, and 8392704 must be no more than half of them");
            nothingIsLeft();
        } finally {
            assertThat(ended("umount", shared.toString())).isZero();
        }
    }

    private static int ended(String... command) throws IOException, InterruptedException {
        try {
            Process process = new ProcessBuilder(command).start();
            return process.waitFor(1, TimeUnit.MINUTES) ? process.exitValue() : -1;
        } catch (IOException e) {
            return Files.exists(Path.of("/bin", command[0])) ? -2 : -3;
        }
    }
}
