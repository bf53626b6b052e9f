package io.sparkmics.job.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckpointSettingsTest {

    @Test
    void aRunWithoutCheckpointsNeedsNoDirectory() {
        assertThat(problems(CheckpointSettings.NONE, "", 2, 0, "")).isEmpty();
        assertThat(problems(CheckpointSettings.NONE, "", 2, 0, "/checkpoints/step-000000000010-0123456789ab-0"))
                .isEmpty();
    }

    @Test
    void aRunWithCheckpointsNeedsOne() {
        assertThat(problems(10, "/checkpoints", 2, 0, "latest")).isEmpty();
        assertThat(problems(10, " ", 2, 0, "latest"))
                .containsExactly(
                        "Cannot write a checkpoint every 10 steps: checkpointDirectory is empty. Set it to a path that"
                                + " all hosts share, or checkpointInterval to -1 to write none.");
    }

    @Test
    void theLatestCheckpointNeedsADirectoryToBeFoundIn() {
        assertThat(problems(CheckpointSettings.NONE, "/checkpoints", 2, 0, "latest"))
                .isEmpty();
        assertThat(problems(CheckpointSettings.NONE, "", 2, 0, "latest"))
                .containsExactly(
                        "Cannot resume from the latest checkpoint: checkpointDirectory is empty. Set it to where"
                                + " checkpoints lie, or resumeFrom to the path of one.");
    }

    @Test
    void whatIsKeptMustHaveBeenWritten() {
        assertThat(problems(10, "/checkpoints", 1, 50, "")).isEmpty();
        assertThat(problems(10, "/checkpoints", 1, 25, ""))
                .containsExactly(
                        "Cannot keep a checkpoint of every 25 steps: one is written every 10 steps, so that step"
                                + " 25, the first to keep, has none. Set keepEverySteps to a multiple of checkpointInterval, or"
                                + " 0 to keep the newest only.");
        assertThat(problems(CheckpointSettings.NONE, "", 1, 25, "")).isEmpty();
    }

    @Test
    void numbersOutOfRangeAreRefusedAllAtOnce() {
        assertThat(problems(0, "", 0, -5, ""))
                .containsExactly(
                        "Cannot write a checkpoint every 0 steps: checkpointInterval is neither positive nor -1."
                                + " Set a positive number, or -1 to write none.",
                        "Cannot keep the newest 0 checkpoints: a failed run goes on from the newest."
                                + " Set keepCheckpoints to 1 or more.",
                        "Cannot keep a checkpoint of every -5 steps: keepEverySteps is negative."
                                + " Set a positive number, or 0 to keep the newest only.");
        assertThat(problems(-2, "", 1, 0, ""))
                .singleElement()
                .asString()
                .startsWith("Cannot write a checkpoint every -2");
    }

    @Test
    void aNegativeNumberOfRestartsIsRefused() {
        Problems problems = new Problems();

        new RecoverySettings(-1, false, Duration.ofSeconds(1), Duration.ZERO, "").check(problems);

        assertThat(problems.found())
                .containsExactly(
                        "Cannot begin again -1 times: maxRestarts is negative. Set 0 to fail with the first failure, or"
                                + " a positive number.",
                        "Cannot use collectiveTimeout PT0S: no time is left to wait. Set at least one second.");
    }

    private static List<String> problems(
            long interval, String directory, int keep, long keepEverySteps, String resumeFrom) {
        Problems problems = new Problems();
        new CheckpointSettings(interval, directory, keep, keepEverySteps, resumeFrom).check(problems);
        return problems.found();
    }
}
