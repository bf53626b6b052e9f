package io.sparkmics.job.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.job.rank.FailureKind;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SparkFailureTest {

    private static final String BARRIER = "Job aborted due to stage failure: Could not recover from a failed barrier"
            + " ResultStage. Most recent failure reason: Stage failed because barrier task ResultTask(3, 0) finished"
            + " unsuccessfully.\n";

    private static Failure of(String text) {
        return SparkFailure.of(new SparkException(text), 3);
    }

    @Test
    void whatATaskHasThrownIsFoundInSparksText() {
        Failure failure = of(BARRIER + "java.lang.IllegalStateException: this stage is broken\n"
                + "\tat io.sparkmics.job.rank.RankTask.run(RankTask.java:61)\n\nDriver stacktrace:");
        assertThat(failure.kind()).isEqualTo(FailureKind.CODE);
        assertThat(failure.describe())
                .isEqualTo("a rank failed after step 3: java.lang.IllegalStateException: this stage is broken");
    }

    @Test
    void wholeSentencesOfTheCausesAreTakenAndTheirKind() {
        Failure failure = of(
                BARRIER + "java.lang.RuntimeException: wrapped\n\tat a.B.c(B.java:1)\n"
                        + "Caused by: io.sparkmics.data.DataChangedException: Cannot read step 2: found less.\n\tat a.B.d(B.java:2)");
        assertThat(failure.kind()).isEqualTo(FailureKind.INPUT);
        assertThat(failure.describe()).isEqualTo("a rank failed after step 3: Cannot read step 2: found less.");
    }

    @ParameterizedTest
    @CsvSource({
        "java.lang.OutOfMemoryError: Java heap space, MEMORY",
        "io.sparkmics.bootstrap.machine.CudaContextException: Cannot use the GPU any more, DEVICE",
        "io.sparkmics.bootstrap.PeerException: Cannot wait, CONSEQUENCE",
        "java.lang.IllegalArgumentException: no such size, INPUT",
        "java.io.IOException: No space left on device, STORAGE",
        "io.sparkmics.checkpoint.StorageException: Cannot read a: no answer, STORAGE",
        "io.sparkmics.checkpoint.CheckpointDamagedException: Cannot read a: it is damaged, DAMAGED",
        "org.apache.spark.TaskKilledException, CONSEQUENCE"
    })
    void kindsAreToldByTheClassesName(String thrown, FailureKind kind) {
        assertThat(of(BARRIER + thrown + "\n\tat a.B.c(B.java:1)").kind()).isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource({
        "Job 5 cancelled part of cancelled job group cell 7",
        "[SPARK_JOB_CANCELLED] Job 5 cancelled because killed via the Web UI SQLSTATE: XXKDA",
        "Job 0 cancelled because SparkContext was shut down"
    })
    void whatWasCancelledIsNotAFailure(String text) {
        assertThat(of(text).kind()).isEqualTo(FailureKind.CANCELLED);
    }

    @Test
    void rowsThatCannotBeFetchedAreTheirOwnKind() {
        assertThat(
                        of("Job aborted due to stage failure: Could not recover from a failed barrier ResultStage. Most recent"
                                        + " failure reason: FetchFailed(BlockManagerId(1, a, 1, None), shuffleId=0)")
                                .kind())
                .isEqualTo(FailureKind.FETCH);
    }
}
