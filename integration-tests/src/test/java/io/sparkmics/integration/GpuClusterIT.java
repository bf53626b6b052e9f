package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.integration.ChildProcess.Outcome;
import io.sparkmics.job.cluster.GpuRanks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Two hosts of two GPUs and four cores each, as far as Spark can tell; no GPU is needed. */
@Tag("cluster")
@Tag("slow")
final class GpuClusterIT {

    private static final Pattern RANK =
            Pattern.compile("rank (\\d): partition \\d on 127.0.0.1 \\(node (\\S+)\\) with GPU (\\S+),"
                    + " sum (\\S+) in partition group (\\[.*])");

    private static StandaloneCluster hosts;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        hosts = StandaloneCluster.start();
        try {
            hosts.addWorker("node-a", "0", "1");
            hosts.addWorker("node-b", "2", "3");
        } catch (IOException | InterruptedException | Error e) {
            hosts.close();
            throw e;
        }
    }

    @AfterAll
    static void stop() throws IOException {
        hosts.close();
    }

    @Test
    void eachRankGetsAGpuOfItsOwnWhereEveryTaskDoes() throws IOException, InterruptedException {
        Outcome run = hosts.submit(2).set("spark.task.resource.gpu.amount", "1").program(GpuRanks.class, "4", "2");

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output())
                .contains("deviceType cuda: spark.task.resource.gpu.amount is 1\n")
                .contains("slots: 4, profile 0\n");
        assertPlaces(run);
    }

    @Test
    void eachRankGetsAGpuOfItsOwnWhereOnlyItsStageAsksForOne() throws IOException, InterruptedException {
        Outcome run = hosts.submit(2).program(GpuRanks.class, "4", "2");

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output())
                .contains(
                        "deviceType cuda: spark.task.resource.gpu.amount is not set, so stage-level scheduling asks for"
                                + " 1\n")
                .contains("slots: 4, profile 1\n");
        assertPlaces(run);
    }

    /** Executors have four cores each, so that without a GPU for each, tasks would share them. */
    private static void assertPlaces(Outcome run) {
        List<MatchResult> ranks = RANK.matcher(run.output()).results().toList();
        assertThat(ranks.stream()
                        .map(rank -> rank.group(1) + " " + rank.group(2) + " " + rank.group(4) + " " + rank.group(5)))
                .containsExactlyInAnyOrder(
                        "0 node-a 3.0 [0, 1]", "1 node-a 3.0 [0, 1]", "2 node-b 7.0 [2, 3]", "3 node-b 7.0 [2, 3]");
        assertThat(ranks.stream().map(rank -> rank.group(2) + " GPU " + rank.group(3)))
                .containsExactlyInAnyOrder("node-a GPU 0", "node-a GPU 1", "node-b GPU 2", "node-b GPU 3");
    }

    @Test
    void twoExecutorsOfOneHostThatClaimTheSameGpuFailTheRunWithBothRanks() throws IOException, InterruptedException {
        try (StandaloneCluster host = StandaloneCluster.start()) {
            host.addWorker("node-a", "0");
            host.addWorker("node-a", "0");

            Outcome run = host.submit(1).program(GpuRanks.class, "2", "2");

            assertThat(run.exitCode()).as(run.output()).isNotZero();
            assertThat(run.output())
                    .contains(
                            "Cannot give GPU 0 of host 127.0.0.1 to rank 0 (partition 0 on 127.0.0.1 (node node-a) with"
                                    + " GPU 0) and to rank 1 (partition 1 on 127.0.0.1 (node node-a) with GPU 0): each rank needs"
                                    + " its own.");
        }
    }

    @Test
    @DisabledIfSystemProperty(
            named = "sparkmics.torch.natives",
            matches = ".*-gpu",
            disabledReason = "It is about the jar that has no libraries for GPUs.")
    void aTrainingOnCpusLeavesTheGpusAloneAndOneOnGpusSaysWhatEachHostLacks(@TempDir Path folder)
            throws IOException, InterruptedException {
        Outcome run = hosts.submit(2)
                .set("spark.task.resource.gpu.amount", "1")
                .program(DeviceTypes.class, folder.toString(), "cpu", "auto", "cuda");

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output())
                .contains("deviceType cpu: so it was set\n", "cpu: trained 2 steps\n")
                .contains(
                        "deviceType auto chose cpu: this jar has the libraries for CPUs only; for GPUs there is the -all-gpu jar\n")
                .contains("auto: trained 2 steps\n");
        assertThat(run.lines("cuda: On host "))
                .as(run.output())
                .anySatisfy(line -> assertThat(line).contains(": Cannot ask nvidia-smi for the GPUs: "))
                .anySatisfy(line -> assertThat(line).contains(": Cannot compute on GPUs with the natives of "))
                .allSatisfy(line -> assertThat(line).startsWith("cuda: On host 127.0.0.1: "));
    }
}
