package io.sparkmics.bootstrap.gloo;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.ProcessRank;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ranks as processes of their own. */
class ProcessRanksTest {

    @TempDir
    Path directory;

    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void endAll() {
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void everyCollectiveIsRightAmongProcesses() throws Exception {
        start("check", 4);
        for (int rank = 0; rank < 4; rank++) {
            assertThat(processes.get(rank).waitFor(2, TimeUnit.MINUTES)).isTrue();
            assertThat(output(rank)).endsWith("all right\n");
        }
    }

    @Test
    void aKilledProcessFailsItsPeerLongBeforeTheDeadline() throws Exception {
        start("victim 1", 2);
        assertThat(processes.get(1).waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(processes.get(1).exitValue()).isEqualTo(137);
        // Its own deadline is 5 minutes.
        assertThat(processes.get(0).waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(output(0))
                .contains("Cannot finish all-reduce 0 of partition group [0, 1] on rank 0: ")
                .containsAnyOf("Connection closed by peer", "Connection reset by peer");
    }

    private void start(String task, int worldSize) throws IOException {
        for (int id = 0; id < worldSize; id++) {
            List<String> command = List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-cp",
                    System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                    ProcessRank.class.getName(),
                    directory.toString(),
                    "" + worldSize,
                    "" + id,
                    task);
            processes.add(new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log(id).toFile())
                    .start());
        }
    }

    private Path log(int id) {
        return directory.resolve("output-" + id);
    }

    private String output(int id) throws IOException {
        return Files.readString(log(id));
    }
}
