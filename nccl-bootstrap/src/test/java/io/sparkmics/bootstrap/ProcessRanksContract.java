package io.sparkmics.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.deadline.Suspect;
import io.sparkmics.bootstrap.deadline.Suspects;
import io.sparkmics.bootstrap.deadline.WaitReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every transport of the CPU must do among ranks that are processes of their own; a test of a transport extends it. */
public abstract class ProcessRanksContract {

    @TempDir
    protected Path directory;

    private final List<Process> processes = new ArrayList<>();

    /** A name that {@link ProcessRank} knows. */
    protected abstract String road();

    /** How the error of a killed rank's peer may say what happened. */
    protected abstract String[] signsOfAKilledRank();

    protected Map<String, String> environment() {
        return Map.of();
    }

    @AfterEach
    void endAll() {
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void everyCollectiveIsRightAmongProcesses() throws Exception {
        start("check", 4);
        awaitSuccess(4);
    }

    protected final void awaitSuccess(int worldSize) throws Exception {
        for (int rank = 0; rank < worldSize; rank++) {
            assertThat(processes.get(rank).waitFor(3, TimeUnit.MINUTES)).isTrue();
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
                .containsAnyOf(signsOfAKilledRank());
    }

    /** World 4, p 2, deadline 5 s: its sockets stay open, so nothing but its silence tells. */
    @Test
    void aFrozenProcessIsNamedByTheOthersAtTheDeadline() throws Exception {
        start("freeze 2", 4, 5, 2);
        awaitOutput(2, ProcessRank.TIME);
        long frozen = ProcessRank.time(output(2));

        List<WaitReport> reports = new ArrayList<>();
        for (int rank : List.of(0, 1, 3)) {
            assertThat(processes.get(rank).waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(output(rank)).contains("Cannot finish all-reduce ");
            // The deadline, 2 s, and 2 s for a busy machine.
            assertThat(ProcessRank.time(output(rank)) - frozen).isBetween(4_000L, 9_000L);
            reports.add(ProcessRank.report(output(rank)));
        }

        assertThat(processes.get(2).isAlive()).isTrue();
        List<Suspect> suspects = Suspects.of(4, reports);
        assertThat(suspects).extracting(Suspect::rank).containsExactly(2);
        assertThat(suspects.get(0).silent()).isTrue();
        assertThat(suspects.get(0).reason()).contains(" group [2, 3]");
        assertThat(List.of(output(0), output(1), output(3)))
                .anySatisfy(text -> assertThat(text)
                        .contains("no end within PT5S. Look for the first error of the other ranks;"
                                + " this one waited for rank 2 on 127.0.0.1."));
    }

    private void awaitOutput(int rank, String text) throws Exception {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (!output(rank).contains(text)) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(5);
        }
    }

    protected final void start(String task, int worldSize) throws IOException {
        // The deadline of 5 minutes.
        start(task, worldSize, 300, 2);
    }

    protected final void start(String task, int worldSize, int seconds, int ranksPerNode) throws IOException {
        for (int id = 0; id < worldSize; id++) {
            // All of the heap is there from the beginning, so that what a process grows by is native.
            List<String> command = List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xms128m",
                    "-Xmx128m",
                    "-XX:+AlwaysPreTouch",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-Dlog4j2.level=WARN",
                    "-cp",
                    System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                    ProcessRank.class.getName(),
                    directory.toString(),
                    "" + worldSize,
                    "" + id,
                    task,
                    "" + seconds,
                    "" + ranksPerNode,
                    road());
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log(id).toFile());
            builder.environment().putAll(environment());
            processes.add(builder.start());
        }
    }

    private Path log(int id) {
        return directory.resolve("output-" + id);
    }

    protected final String output(int id) throws IOException {
        return Files.readString(log(id));
    }
}
