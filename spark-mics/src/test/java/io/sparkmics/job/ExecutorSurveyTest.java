package io.sparkmics.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.LocalSpark;
import io.sparkmics.job.ExecutorSurvey.Answer;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExecutorSurveyTest {

    private static final Configuration HADOOP = new Configuration();

    @TempDir
    Path folder;

    @Test
    void everySlotAnswersForItsMachine() {
        ExecutorSurvey survey = survey(folder);

        assertThat(survey.answers()).hasSize(2).allSatisfy(answer -> {
            assertThat(answer.host()).isNotBlank();
            assertThat(answer.platform()).isEmpty();
            assertThat(answer.workDirectory()).isEmpty();
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
                new Answer("a", "", "", 1),
                new Answer("b", "no glibc", "no folder", 1),
                new Answer("c", "", "full", 1)));

        assertThatThrownBy(survey::requireFit).hasMessage("On host b: no glibc\nOn host b: no folder\nOn host c: full");
        assertThat(survey.severalHosts()).isTrue();
    }

    @Test
    void aRankMayTakeItsShareOfHalfTheSmallestMachine() {
        ExecutorSurvey survey =
                new ExecutorSurvey(List.of(new Answer("a", "", "", 1000), new Answer("b", "", "", 800)));

        assertThat(survey.memoryPerRank(2)).isEqualTo(400);
        assertThat(survey.memoryPerRank(4)).isEqualTo(200);
        assertThat(survey.memoryPerRank(5)).isEqualTo(133);
    }

    private static ExecutorSurvey survey(Path run) {
        JavaSparkContext spark =
                JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext());
        return ExecutorSurvey.of(spark, 2, new org.apache.hadoop.fs.Path(run.toString()), HADOOP);
    }
}
