package io.sparkmics.job.attempt;

import static io.sparkmics.job.attempt.Reports.code;
import static io.sparkmics.job.attempt.Reports.consequence;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.job.cluster.LostExecutor;
import io.sparkmics.job.rank.FailureKind;
import io.sparkmics.job.rank.RankFailure;
import java.util.List;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;

class FirstCauseTest {

    private static final SparkException KILLED =
            new SparkException("Job aborted due to stage failure: Could not recover"
                    + " from a failed barrier ResultStage. Most recent failure reason: Stage failed because barrier task"
                    + " ResultTask(3, 1) finished unsuccessfully.\nExecutorLostFailure (executor 1 exited caused by one of the"
                    + " running tasks) Reason: Command exited with code 137");

    private static FirstCause cause(List<RankFailure> reports, List<LostExecutor> lost, Throwable spark) {
        return new FirstCause(reports, lost, spark, 4, 11);
    }

    @Test
    void whatARankHasThrownItselfComesBeforeWhatWasDoneToOthersHoweverLate() {
        FirstCause cause = cause(
                List.of(consequence(0), code(3, "this stage is broken"), code(2, "so is this")), List.of(), KILLED);
        assertThat(cause.certain()).isTrue();
        assertThat(cause.find().describe())
                .isEqualTo(
                        "rank 3 on host b failed after step 11: java.lang.IllegalStateException: this stage is broken");
    }

    @Test
    void aLostExecutorIsNamedWithItsHostTheRankAndWhatTheExitCodeMeans() {
        FirstCause cause = cause(
                List.of(consequence(0), consequence(1), consequence(2)),
                List.of(new LostExecutor("5", "b", "Command exited with code 137")),
                KILLED);
        assertThat(cause.certain()).isTrue();
        assertThat(cause.find().kind()).isEqualTo(FailureKind.LOST);
        assertThat(cause.find().describe())
                .startsWith("executor 5 on host b (rank 3) was lost: Command exited with code 137 (killed: by hand, or")
                .endsWith("after step 11");
    }

    @Test
    void whereNobodyHasThrownAnythingTheRankThatTheOthersWaitForIsIt() {
        FirstCause cause = cause(List.of(consequence(2)), List.of(), null);
        assertThat(cause.certain()).isFalse();
        Failure failure = cause.find();
        assertThat(failure.kind()).isEqualTo(FailureKind.SILENT);
        assertThat(failure.rank()).isEqualTo(3);
        assertThat(failure.describe()).startsWith("rank 3 on host b keeps the others waiting (it has reported nothing");
    }

    @Test
    void aRankThatSaysItIsStuckComesBeforeOnesThatWait() {
        RankFailure stuck = Reports.of(
                1, FailureKind.STUCK, "", "rank 1 on a has been in its own code for 6 s, at Net.run(Net.java:9)", null);
        assertThat(cause(List.of(consequence(0), stuck), List.of(), null).find().describe())
                .isEqualTo("rank 1 on a has been in its own code for 6 s, at Net.run(Net.java:9) after step 11");
    }

    @Test
    void whatFollowsFromACancelIsNoCause() {
        SparkException cancelled = new SparkException("Job 5 cancelled part of cancelled job group cell 7");
        assertThat(cause(List.of(code(0, "interrupted")), List.of(), cancelled).find())
                .isEqualTo(Failure.of(FailureKind.CANCELLED, "Job 5 cancelled part of cancelled job group cell 7", 11));
    }

    @Test
    void withoutAnyReportSparkIsBelieved() {
        assertThat(cause(List.of(), List.of(), KILLED).find().describe())
                .isEqualTo("executor 1 was lost: Command exited with code 137 after step 11");
    }
}
