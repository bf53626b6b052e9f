package io.sparkmics.job.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.LocalSpark;
import io.sparkmics.job.cluster.ExecutorSurvey.Answer;
import io.sparkmics.job.cluster.ExecutorSurvey.Gpus;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExecutorSurveyTest {

    private static final Configuration HADOOP = new Configuration();

    private static final DeviceChoice CPU = DeviceChoice.of("cpu", new SparkConf(false), false);

    @TempDir
    Path folder;

    @Test
    void everySlotAnswersForItsMachine() {
        ExecutorSurvey survey = survey(folder);

        assertThat(survey.answers()).hasSize(2).allSatisfy(answer -> {
            assertThat(answer.host()).isNotBlank();
            assertThat(answer.platform()).isEmpty();
            assertThat(answer.storage()).isEmpty();
            assertThat(answer.memoryBytes()).isGreaterThan(1L << 28);
        });
        assertThat(survey.severalHosts()).isFalse();
        assertThatCode(survey::requireFit).doesNotThrowAnyException();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aFolderThatExecutorsDoNotSeeIsNamedOnce() {
        Path missing = folder.resolve("only-on-the-driver/run-1");

        assertThatThrownBy(survey(missing)::requireFit)
                .isInstanceOf(IllegalStateException.class)
                .message()
                .matches("On host \\S+: Cannot keep the model in (file:)?" + missing.getParent()
                        + ": the folder that the driver has made there is not seen\\."
                        + " Set workDirectory to a path that driver and executors share\\.");
    }

    @Test
    void everyHostThatWillNotDoIsNamedWithItsReasons() {
        ExecutorSurvey survey = new ExecutorSurvey(List.of(
                new Answer("a", "", "", 1, Gpus.NOT_ASKED),
                new Answer("b", "no glibc", "no folder", 1, Gpus.NOT_ASKED),
                new Answer("c", "", "full", 1, Gpus.NOT_ASKED)));

        assertThatThrownBy(survey::requireFit).hasMessage("On host b: no glibc\nOn host b: no folder\nOn host c: full");
        assertThat(survey.severalHosts()).isTrue();
    }

    @Test
    void aRankMayTakeItsShareOfThreeQuartersOfTheSmallestMachine() {
        ExecutorSurvey survey = new ExecutorSurvey(
                List.of(new Answer("a", "", "", 1000, Gpus.NOT_ASKED), new Answer("b", "", "", 800, Gpus.NOT_ASKED)));

        assertThat(survey.memoryPerRank(2)).isEqualTo(600);
        assertThat(survey.memoryPerRank(4)).isEqualTo(300);
        assertThat(survey.memoryPerRank(5)).isEqualTo(200);
    }

    @Test
    void whoAsksForGpusIsToldMoreThanWhatCpusNeed() {
        SparkConf conf = new SparkConf(false).setMaster("local[1]");
        ExecutorSurvey survey = new ExecutorSurvey(
                List.of(new Answer("a", "no cudart", "", 1, new Gpus(List.of("no driver", "no cudart"), 0, 0, ""))));

        assertThatThrownBy(() -> survey.choose(DeviceChoice.of("cuda", conf, true), OptionalInt.empty()))
                .hasMessage("On host a: no driver\nOn host a: no cudart");
        assertThatThrownBy(() -> survey.choose(DeviceChoice.of("auto", conf, true), OptionalInt.empty()))
                .hasMessage("On host a: no cudart");
    }

    @Test
    void everyHostSaysWhyItsGpusWillNotDo() {
        ExecutorSurvey survey = new ExecutorSurvey(List.of(
                new Answer("a", "", "", 1, new Gpus(List.of("no driver", "no NCCL"), 0, 0, "")),
                new Answer("a", "", "", 1, new Gpus(List.of("no driver", "no NCCL"), 0, 0, "")),
                new Answer("b", "", "", 1, new Gpus(List.of(), 1, 1L << 34, ""))));

        assertThat(survey.gpuProblems(OptionalInt.empty()))
                .containsExactly("On host a: no driver", "On host a: no NCCL");
        assertThat(survey.gpuProblems(OptionalInt.of(2)))
                .containsExactly(
                        "On host a: no driver",
                        "On host a: no NCCL",
                        "On host b: Cannot give each of 2 ranks a GPU: this process sees 1. Set numWorkers to at most"
                                + " that, or deviceType to cpu.");
    }

    @Test
    void aRankMayTakeSevenEighthsOfTheSmallestGpu() {
        ExecutorSurvey survey = new ExecutorSurvey(List.of(
                new Answer("a", "", "", 1, new Gpus(List.of(), 1, 1L << 36, "driver 580")),
                new Answer("b", "", "", 1, new Gpus(List.of(), 4, 1L << 34, "driver 590"))));

        assertThat(survey.gpuMemoryPerRank()).isEqualTo(7L << 31);
        assertThat(survey.gpuVersions()).containsExactly("On host a: driver 580", "On host b: driver 590");
    }

    @Test
    void aMachineIsAskedForItsGpusWhereTheyAreWanted() {
        JavaSparkContext spark =
                JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext());
        DeviceChoice cuda = DeviceChoice.of("cuda", spark.getConf(), false);

        ExecutorSurvey survey = ExecutorSurvey.of(
                spark, cuda, 2, new org.apache.hadoop.fs.Path(folder.toString()), Optional.empty(), HADOOP);

        // These are the libraries for CPUs.
        assertThat(survey.gpuProblems(OptionalInt.of(2)))
                .anySatisfy(
                        problem -> assertThat(problem).startsWith("On host ").contains("they are those for the CPU"));
        assertThat(survey(folder).gpuProblems(OptionalInt.empty())).isEmpty();
    }

    private static ExecutorSurvey survey(Path run) {
        JavaSparkContext spark =
                JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext());
        return ExecutorSurvey.of(
                spark, CPU, 2, new org.apache.hadoop.fs.Path(run.toString()), Optional.empty(), HADOOP);
    }
}
