package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The faults that take too long for every build: every point of a save, every damage, and the end of a driver. */
@Tag("faults")
final class EveryFaultIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LONGEST = Duration.ofHours(1);

    /** Executors see that their driver is gone when its connection is. */
    private static final Duration EXECUTORS_END = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    @Test
    void whereverASaveBreaksOffTheNewestWholeCheckpointIsResumedFrom() throws IOException, InterruptedException {
        FaultRun run = FaultRun.of(folder, LONGEST, "reference", "cutOffEverywhere");

        JsonNode trial = run.trial("cutOffEverywhere");
        assertThat(trial.get("points").size()).as(trial.toString()).isGreaterThanOrEqualTo(20);
        FaultPoints.assertAllResumed(trial, run.trial("reference").get("weights"));
    }

    @Test
    void everyDamageIsFoundBeforeAByteIsUsed() throws IOException, InterruptedException {
        List<String> damages = List.of("bitFlipped", "truncated", "swapped", "missing", "stale", "manifestFlipped");
        FaultRun run = FaultRun.of(
                folder,
                LONGEST,
                Stream.concat(Stream.of("reference"), damages.stream()).toArray(String[]::new));

        for (String damage : damages) {
            JsonNode trial = run.trial(damage);
            assertThat(trial.get("outcome").asText()).as(trial.toString()).isEqualTo("failed");
            assertThat(trial.get("message").asText())
                    .as(damage)
                    .containsPattern(damage.equals("manifestFlipped") ? "manifest\\.json" : "-of-00002\\.safetensors");
            assertThat(trial.get("stepsOfAttempts")).as(damage).isEmpty();
        }
    }

    @Test
    void anExecutorThatIsKilledInEveryAttemptEndsTheTrainingAfterItsRestarts()
            throws IOException, InterruptedException {
        JsonNode trial = FaultRun.of(folder, LONGEST, "alwaysKilled").trial("alwaysKilled");

        assertThat(trial.get("outcome").asText()).as(trial.toString()).isEqualTo("failed");
        assertThat(trial.get("attempts").asInt()).isEqualTo(4);
    }

    @Test
    void aFrozenOnlyRankIsNoticedByItsSilenceAndReplaced() throws IOException, InterruptedException {
        FaultRun run = FaultRun.of(folder, LONGEST, "onlyRank", "frozenOnlyRank");

        JsonNode trial = run.trial("frozenOnlyRank");
        assertThat(trial.get("outcome").asText()).as(run.outcome().output()).isEqualTo("trained");
        assertThat(trial.get("attempts").asInt()).isEqualTo(2);
        assertThat(trial.get("executorsRemoved").asInt()).isEqualTo(1);
        assertThat(trial.get("weights")).isEqualTo(run.trial("onlyRank").get("weights"));
        // Five seconds that a collective may take, and five more; Spark itself would have needed two minutes.
        assertThat(run.outcome().output())
                .containsPattern(
                        "Attempt 0 has failed: rank 0 on host \\S+, executor \\d+, has sent no heartbeat for 1\\d s"
                                + " \\(since [\\d:]+\\) after step 1\\d\\. Attempt 1 goes on from the checkpoint of step 10 with 1 rank");
        assertThat(trial.get("trainingAgainAfter").asDouble()).isLessThan(100);
    }

    @Test
    void anExecutorThatIsKilledWhileItSavesIsReplaced() throws IOException, InterruptedException {
        FaultRun run = FaultRun.of(folder, LONGEST, "reference", "killedWhileSaving", "fullOnce", "resultFullOnce");

        for (String name : List.of("killedWhileSaving", "fullOnce", "resultFullOnce")) {
            JsonNode trial = run.trial(name);
            assertThat(trial.get("outcome").asText()).as(trial.toString()).isEqualTo("trained");
            assertThat(trial.get("weights")).isEqualTo(run.trial("reference").get("weights"));
        }
    }

    @Test
    void aFrozenProcessThatGoesOnInTheNextAttemptChangesNothing() throws IOException, InterruptedException {
        FaultRun run = FaultRun.of(folder, LONGEST, "reference", "zombie");

        JsonNode trial = run.trial("zombie");
        assertThat(trial.get("outcome").asText()).as(trial.toString()).isEqualTo("trained");
        assertThat(trial.get("attempts").asInt()).isEqualTo(2);
        assertThat(trial.get("weights")).isEqualTo(run.trial("reference").get("weights"));
        assertThat(trial.get("shards")).isEqualTo(run.trial("reference").get("shards"));
    }

    /** A Worker that is asked to end kills its executors first; what it starts in between may outlive it for a while. */
    @Test
    void aTerminatedHostCostsTheStepsSinceTheLastCheckpoint() throws IOException, InterruptedException {
        JsonNode trial = FaultRun.of(folder, LONGEST, "hostTerminated").trial("hostTerminated");

        assertThat(trial.get("outcome").asText()).as(trial.toString()).isEqualTo("trained");
        assertThat(trial.get("steps")).hasSize(30);
    }

    @Test
    void onHalfTheRanksTheCurveGoesOnAsIfNothingHadChanged() throws IOException, InterruptedException {
        FaultRun run = FaultRun.of(folder, LONGEST, "reference64", "resharded64");

        JsonNode losses = run.trial("reference64").get("losses");
        JsonNode resumed = run.trial("resharded64").get("losses");
        assertThat(resumed).as(run.outcome().output()).hasSize(30);
        for (int step = 0; step < losses.size(); step++) {
            double loss = losses.get(step).asDouble();
            assertThat(resumed.get(step).asDouble()).as("step %d", step + 1).isCloseTo(loss, within(1e-10 * loss));
        }
    }

    @Test
    void afterCtrlCNoProcessAndNoTemporaryFileIsLeft() throws IOException, InterruptedException {
        FaultRun run = FaultRun.of(folder, LONGEST, end -> awaitExecutorsEnd(), "interrupted");

        assertThat(run.outcome().exitCode()).as(run.outcome().output()).isNotZero();
        assertThat(list(folder.resolve("work"))).isEmpty();
    }

    @Test
    void theExecutorsOfADriverThatIsKilledEndAndItsCheckpointsCanBeResumedFrom()
            throws IOException, InterruptedException {
        FaultRun killed = FaultRun.of(folder, LONGEST, end -> awaitExecutorsEnd(), "driverKilled");
        assertThat(killed.outcome().exitCode()).isEqualTo(128 + 9);

        FaultRun run = FaultRun.of(folder, LONGEST, "reference", "driverKilledThenResumed");

        JsonNode trial = run.trial("driverKilledThenResumed");
        assertThat(trial.get("outcome").asText()).as(trial.toString()).isEqualTo("trained");
        assertThat(trial.get("stepsOfAttempts").get(0).asInt()).isEqualTo(20);
        assertThat(trial.get("weights")).isEqualTo(run.trial("reference").get("weights"));
    }

    /** The executors have told of themselves in each of their passes. */
    private void awaitExecutorsEnd() throws IOException, InterruptedException {
        Set<Long> executors = new TreeSet<>();
        for (String line : Files.readAllLines(folder.resolve("faults/passes.jsonl"))) {
            executors.add(JSON.readTree(line).get("process").asLong());
        }
        assertThat(executors).hasSize(4);
        long begin = System.nanoTime();
        while (executors.stream().anyMatch(EveryFaultIT::lives)) {
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(EXECUTORS_END);
            Thread.sleep(100);
        }
    }

    private static boolean lives(long process) {
        return ProcessHandle.of(process).map(ProcessHandle::isAlive).orElse(false);
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }
}
