package io.sparkmics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.UnknownHostException;
import java.util.concurrent.ExecutionException;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;

class RootCauseTest {

    @Test
    void whatSparkWrapsAroundACauseIsNotTold() {
        IOException cause = new IOException("file:/data/rows.json is not a Parquet file.");

        assertThat(RootCause.of(new SparkException(
                        "Exception thrown in awaitResult: ", new ExecutionException("java.io.IOException", cause))))
                .isEqualTo("file:/data/rows.json is not a Parquet file.");
    }

    @Test
    void ourOwnWordsAreToldAllTogether() {
        IllegalArgumentException ours = new IllegalArgumentException(
                "Cannot split 4 workers.\nCannot read column x.", new IllegalStateException("deeper"));

        assertThat(RootCause.of(new ExecutionException("wrapped", ours)))
                .isEqualTo("Cannot split 4 workers. Cannot read column x.");
    }

    @Test
    void ofAnExecutorsTraceItIsWhatWasThrownFirst() {
        String trace = "Could not recover from a failed barrier ResultStage. Most recent failure reason: Stage failed"
                + " because barrier task ResultTask(1, 0) finished unsuccessfully.\n"
                + "java.lang.RuntimeException: wrapped\n\tat io.sparkmics.job.rank.RankTask.run(RankTask.java:61)\n"
                + "Caused by: java.lang.IllegalStateException: this stage is broken\n"
                + "\tat io.sparkmics.engine.stage.StagePass.forward(StagePass.java:30)\n\t... 12 more\n"
                + "\nDriver stacktrace:\n\tat org.apache.spark.scheduler.DAGScheduler.abortStage";

        assertThat(RootCause.of(new SparkException(trace))).isEqualTo("this stage is broken");
    }

    @Test
    void aFailureWithoutWordsIsToldByItsName() {
        assertThat(RootCause.of(new NullPointerException())).isEqualTo("java.lang.NullPointerException");
        assertThat(RootCause.of(new IllegalStateException("wrapped", new UnknownHostException("storage"))))
                .isEqualTo("java.net.UnknownHostException: storage");
    }
}
