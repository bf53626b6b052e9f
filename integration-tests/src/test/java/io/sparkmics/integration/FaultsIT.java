package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a fault costs a training of 30 steps on four executors, two partition groups, with a checkpoint every 5 steps and
 * collectives that may take 5 seconds. The reference is the same training undisturbed.
 */
@Tag("cluster")
final class FaultsIT {

    private static final String[] TRIALS = {
        "reference",
        "exception",
        "killed",
        "frozen",
        "neverReturns",
        "heap",
        "native",
        "mismatch",
        "notANumber",
        "diverged",
        "throwsAtOnce",
        "alwaysThrows",
        "wrongSettings",
        "tooFewSlots",
        "cancelled",
        "again",
        "slotTaken",
        "slowWrite",
        "slowResult",
        "full",
        "fullThenFreed",
        "resultFull",
        "zombieWriter",
        "bitFlipped",
        "swapped",
        "resumed",
        "resharded",
        "cutOff",
        "hostLostElastic",
        "hostLost"
    };

    /** What a machine with fewer cores than executors adds to any time. */
    private static final double SLACK = 10;

    private static final double COLLECTIVE_TIMEOUT = 5;

    /** How long a Worker gives a process to end by itself. */
    private static final double KILL = 10;

    /** Until a new executor trains: 30 seconds, and as many where the machine has other work. */
    private static final double NEW_EXECUTOR = 60;

    private static FaultRun run;

    @BeforeAll
    static void goThroughAllTrials(@TempDir Path folder) throws IOException, InterruptedException {
        run = FaultRun.of(folder, Duration.ofMinutes(20), TRIALS);
    }

    @Test
    void theSameTrainingTwiceIsTheSame() {
        assertThat(run.trial("again").get("weights")).isEqualTo(reference().get("weights"));
        assertThat(run.trial("again").get("shards")).isEqualTo(reference().get("shards"));
    }

    @Test
    void anExceptionCostsTheStepsSinceTheLastCheckpoint() {
        JsonNode trial = assertRecovered("exception");
        assertThat(steps(trial)).containsExactly(13L, 20L);
        assertOthersOut(trial, 2);
    }

    @Test
    void aKilledExecutorIsReplaced() {
        JsonNode trial = assertRecovered("killed");
        assertThat(steps(trial)).containsExactly(13L, 20L);
        assertOthersOut(trial, 2);
        assertThat(trial.get("trainingAgainAfter").asDouble()).isLessThan(NEW_EXECUTOR);
    }

    @Test
    void aFrozenRankIsNamedByTheOthersAndReplaced() {
        JsonNode trial = assertRecovered("frozen");
        assertOthersOut(trial, COLLECTIVE_TIMEOUT + 2);
        assertThat(failures(trial)).anySatisfy(failure -> assertThat(failure).contains("rank 1"));
        assertThat(trial.get("trainingAgainAfter").asDouble()).isLessThan(COLLECTIVE_TIMEOUT + 2 + KILL + NEW_EXECUTOR);
    }

    @Test
    void codeThatNeverReturnsCostsItsExecutor() {
        JsonNode trial = assertRecovered("neverReturns");
        assertOthersOut(trial, COLLECTIVE_TIMEOUT + 2);
        assertThat(trial.get("executorsRemoved").asInt()).isPositive();
    }

    @Test
    void aHeapThatIsTooSmallCostsOneAttempt() {
        assertRecovered("heap");
    }

    @Test
    void aNativeAllocationThatFailsLeavesTheProcessAlive() {
        JsonNode trial = assertRecovered("native");
        assertThat(trial.get("executorsRemoved").asInt()).isZero();
        JsonNode resident = trial.get("residentOfAttempts");
        assertThat(resident.get(1).asDouble()).isLessThan(1.1 * resident.get(0).asDouble());
    }

    @Test
    void ranksThatDoNotAgreeOnTheModelFailWithoutAnyProcessDying() {
        JsonNode trial = run.trial("mismatch");
        assertThat(trial.get("outcome").asText()).isEqualTo("failed");
        assertThat(trial.get("executorsRemoved").asInt()).isZero();
    }

    @Test
    void aStepThatIsNotFiniteOnOneRankIsSkippedByAll() {
        JsonNode trial = run.trial("notANumber");
        assertThat(trial.get("outcome").asText()).isEqualTo("trained");
        assertThat(trial.get("skippedSteps").asInt()).isEqualTo(1);
        assertThat(trial.get("attempts").asInt()).isEqualTo(1);
    }

    @Test
    void aTrainingThatDivergesKeepsItsLastGoodCheckpointAndSaysSo() {
        JsonNode trial = run.trial("diverged");
        assertThat(trial.get("outcome").asText()).isEqualTo("failed");
        assertThat(trial.get("attempts").asInt()).isEqualTo(1);
        // A step that is skipped changes nothing: a checkpoint among them is as good as the one before.
        assertThat(trial.get("message").asText())
                .contains("not finite in 5 steps in a row")
                .containsPattern("go on from it with resumeFrom=\\S+/step-00000000001[05]-");
    }

    @Test
    void anErrorBeforeTheFirstStepIsNotTriedAgain() {
        JsonNode trial = assertFailed("throwsAtOnce");
        assertThat(trial.get("attempts").asInt()).isEqualTo(1);
    }

    @Test
    void theSameErrorAtTheSameStepTwiceIsNotTriedAgain() {
        JsonNode trial = assertFailed("alwaysThrows");
        assertThat(trial.get("attempts").asInt()).isEqualTo(2);
    }

    /** The first cause leads, not what its siblings say. */
    private static JsonNode assertFailed(String name) {
        JsonNode trial = run.trial(name);
        assertThat(trial.get("outcome").asText()).as(trial.toString()).isEqualTo("failed");
        assertThat(trial.get("message").asText().lines().findFirst().orElseThrow())
                .contains("My own mistake in pass", "rank 1", "127.0.0.1");
        assertThat(trial.get("runningTasks").asInt()).isZero();
        return trial;
    }

    @Test
    void wrongSettingsAreOneErrorAtOnce() {
        JsonNode trial = run.trial("wrongSettings");
        assertThat(trial.get("error").asText()).isEqualTo(IllegalArgumentException.class.getName());
        assertThat(trial.get("seconds").asDouble()).isLessThan(1 + SLACK);
        assertThat(trial.get("attempts").asInt()).isZero();
    }

    @Test
    void tooFewSlotsAreOneErrorWhenTheWaitForThemIsOver() {
        JsonNode trial = run.trial("tooFewSlots");
        assertThat(trial.get("message").asText())
                .startsWith("Cannot run 8 ranks at once: ")
                .contains("4 slots");
        assertThat(trial.get("seconds").asDouble()).isBetween(3.0, 3 + SLACK);
    }

    @Test
    void aCancelledTrainingLeavesItsSlotsAndTheSameProcessesTrainAgain() {
        JsonNode trial = run.trial("cancelled");
        assertThat(trial.get("outcome").asText()).isEqualTo("failed");
        assertThat(trial.get("attempts").asInt()).isEqualTo(1);
        assertThat(trial.get("endedAfter").asDouble()).isLessThan(2 + SLACK);
        assertThat(trial.get("runningTasks").asInt()).isZero();
        assertThat(trial.get("executorsRemoved").asInt()).isZero();
        assertThat(run.trial("again").get("processesOfAttempts").get(0))
                .isEqualTo(trial.get("processesOfAttempts").get(0));
    }

    @Test
    void aSlotThatAnotherJobTakesIsWaitedForUntilTheDeadline() {
        JsonNode trial = run.trial("slotTaken");
        assertThat(trial.get("outcome").asText()).as(trial.toString()).isEqualTo("failed");
        assertThat(trial.get("message").asText()).contains("4 ranks", "slot");
        assertThat(trial.get("seconds").asDouble()).isLessThan(5 + 2 * SLACK);
    }

    @Test
    void aStorageThatIsSlowerThanCollectivesMayBeCostsNoAttempt() {
        for (String name : List.of("slowWrite", "slowResult")) {
            JsonNode trial = run.trial(name);
            assertThat(trial.get("outcome").asText()).as(trial.toString()).isEqualTo("trained");
            assertThat(trial.get("attempts").asInt()).as(trial.toString()).isEqualTo(1);
            assertThat(trial.get("weights")).isEqualTo(reference().get("weights"));
        }
    }

    @Test
    void aFullDiskFailsTheSaveAndTheCheckpointBeforeItIsResumedFrom() {
        JsonNode full = run.trial("full");
        assertThat(full.get("outcome").asText()).as(full.toString()).isEqualTo("failed");
        assertThat(full.get("message").asText()).contains("No space left on device", "step-000000000005");
        assertThat(names(full, "committed"))
                .singleElement()
                .satisfies(name -> assertThat(name).startsWith("step-000000000005-"));
        assertThat(names(full, "torn")).isEmpty();
        JsonNode freed = run.trial("fullThenFreed");
        assertThat(freed.get("outcome").asText()).as(freed.toString()).isEqualTo("trained");
        assertThat(steps(freed)).containsExactly(25L);
        assertThat(freed.get("weights")).isEqualTo(reference().get("weights"));
    }

    @Test
    void aResultThatCannotBeWrittenCostsNoStep() {
        JsonNode trial = run.trial("resultFull");
        assertThat(trial.get("outcome").asText()).as(trial.toString()).isEqualTo("failed");
        assertThat(trial.get("message").asText()).contains("No space left on device");
        assertThat(trial.get("attempts").asInt()).isEqualTo(1);
    }

    @Test
    void aWriterOfAnEarlierAttemptCommitsNothing() {
        JsonNode trial = assertRecovered("zombieWriter");
        assertThat(names(trial, "committed"))
                .filteredOn(name -> name.startsWith("step-000000000010-"))
                .singleElement()
                .satisfies(name -> assertThat(name).endsWith("-1"));
    }

    @Test
    void damageIsFoundBeforeAByteIsUsed() {
        for (String name : List.of("bitFlipped", "swapped")) {
            JsonNode trial = run.trial(name);
            assertThat(trial.get("outcome").asText()).as(trial.toString()).isEqualTo("failed");
            assertThat(trial.get("message").asText()).as(name).contains("-of-00002.safetensors");
            assertThat(trial.get("stepsOfAttempts")).as(name).isEmpty();
        }
    }

    @Test
    void aTrainingThatIsResumedEndsAsIfItHadNeverEnded() {
        JsonNode trial = run.trial("resumed");
        assertThat(trial.get("outcome").asText()).as(trial.toString()).isEqualTo("trained");
        assertThat(steps(trial)).containsExactly(20L);
        assertThat(trial.get("weights")).isEqualTo(reference().get("weights"));
        assertThat(trial.get("shards")).isEqualTo(reference().get("shards"));
    }

    @Test
    void statesThatTravelOverOtherNumbersOfRanksComeBackTheSame() {
        JsonNode trial = run.trial("resharded");
        assertThat(trial.get("before")).isNotEmpty();
        assertThat(trial.get("after")).as(trial.toString()).isEqualTo(trial.get("before"));
    }

    @Test
    void whereverASaveBreaksOffTheNewestWholeCheckpointIsResumedFrom() {
        FaultPoints.assertAllResumed(run.trial("cutOff"), reference().get("weights"));
    }

    @Test
    void withOneHostLessATrainingThatMayBeSmallerGoesOn() {
        JsonNode trial = run.trial("hostLostElastic");
        assertThat(trial.get("outcome").asText()).as(trial.toString()).isEqualTo("trained");
        assertThat(trial.get("processesOfAttempts").get(1)).hasSize(2);
        assertThat(trainedSteps(trial)).containsExactlyElementsOf(allSteps());
    }

    @Test
    void withOneHostLessATrainingThatMayNotBeSmallerFailsWhenTheWaitForItIsOver() {
        JsonNode trial = run.trial("hostLost");
        assertThat(trial.get("outcome").asText()).as(trial.toString()).isEqualTo("failed");
        assertThat(trial.get("attempts").asInt()).isEqualTo(1);
        assertThat(trial.get("message").asText()).contains("worker lost", "3 ranks", "2 slots");
        assertThat(trial.get("seconds").asDouble() - trial.get("faultAfter").asDouble())
                .isLessThan(COLLECTIVE_TIMEOUT + 5 + 2 * SLACK);
    }

    /** In the second attempt, and to the last bit. */
    private static JsonNode assertRecovered(String name) {
        JsonNode trial = run.trial(name);
        assertThat(trial.get("outcome").asText()).as(trial.toString()).isEqualTo("trained");
        assertThat(trial.get("attempts").asInt()).as(trial.toString()).isEqualTo(2);
        assertThat(trial.get("weights"))
                .as("weights of " + name)
                .isEqualTo(reference().get("weights"));
        assertThat(trial.get("shards"))
                .as("states of " + name)
                .isEqualTo(reference().get("shards"));
        assertThat(trainedSteps(trial)).containsExactlyElementsOf(allSteps());
        assertThat(trial.get("runningTasks").asInt()).isZero();
        return trial;
    }

    private static void assertOthersOut(JsonNode trial, double seconds) {
        assertThat(trial.get("othersEnded").asInt()).isEqualTo(3);
        assertThat(trial.get("othersOutAfter").asDouble()).isLessThan(seconds + SLACK);
    }

    private static JsonNode reference() {
        JsonNode reference = run.trial("reference");
        assertThat(reference.get("outcome").asText()).as(run.outcome().output()).isEqualTo("trained");
        return reference;
    }

    private static List<Long> steps(JsonNode trial) {
        return longs(trial.get("stepsOfAttempts"));
    }

    private static List<Long> trainedSteps(JsonNode trial) {
        return longs(trial.get("steps"));
    }

    private static List<Long> allSteps() {
        return LongStream.rangeClosed(1, 30).boxed().toList();
    }

    private static List<Long> longs(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(JsonNode::asLong)
                .toList();
    }

    private static List<String> failures(JsonNode trial) {
        return names(trial, "failures");
    }

    private static List<String> names(JsonNode trial, String list) {
        return StreamSupport.stream(trial.get(list).spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }
}
