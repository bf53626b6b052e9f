package io.sparkmics.job.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.LocalSpark;
import io.sparkmics.job.cluster.GpuTasks.Way;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GpuTasksTest {

    private final SparkConf conf =
            new SparkConf(false).setMaster("spark://host:7077").set(GpuTasks.EXECUTOR_AMOUNT, "4");

    @Test
    void whereEveryTaskHasOneNothingIsAskedFor() {
        GpuTasks gpus = GpuTasks.of(conf.set(GpuTasks.TASK_AMOUNT, "1.0"));

        assertThat(gpus.way()).isEqualTo(Way.EVERY_TASK);
        assertThat(gpus.reason()).isEqualTo("spark.task.resource.gpu.amount is 1");
        assertThat(gpus.error()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"spark://host:7077", "yarn", "k8s://https://host", "local-cluster[2,1,1024]"})
    void whereNoTaskHasOneTheStageAsksForIt(String master) {
        GpuTasks gpus = GpuTasks.of(conf.setMaster(master));

        assertThat(gpus.way()).isEqualTo(Way.STAGE_LEVEL);
        assertThat(gpus.reason())
                .isEqualTo("spark.task.resource.gpu.amount is not set, so stage-level scheduling asks for 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.25", "2"})
    void whereTasksHaveAnotherAmountTheStageAsksForOne(String amount) {
        GpuTasks gpus = GpuTasks.of(conf.set(GpuTasks.TASK_AMOUNT, amount));

        assertThat(gpus.way()).isEqualTo(Way.STAGE_LEVEL);
        assertThat(gpus.reason())
                .isEqualTo("spark.task.resource.gpu.amount is " + amount + ", so stage-level scheduling asks for 1");
    }

    @Test
    void anotherAmountIsWrongWhereAStageCannotAsk() {
        assertThat(GpuTasks.of(conf.setMaster("other://host").set(GpuTasks.TASK_AMOUNT, "0.25"))
                        .error())
                .hasValue("Cannot train on GPUs: spark.task.resource.gpu.amount is 0.25, and a rank needs 1; master"
                        + " other://host knows no stage-level scheduling, which could ask for it. Set it to 1.");
    }

    @Test
    void executorsWithoutGpusAreSaidWithWhatToSet() {
        GpuTasks gpus = GpuTasks.of(conf.remove(GpuTasks.EXECUTOR_AMOUNT));

        assertThat(gpus.reason()).isEqualTo("no executor has GPUs: spark.executor.resource.gpu.amount is not set");
        assertThat(gpus.error())
                .hasValue("Cannot train on GPUs: no executor has GPUs: spark.executor.resource.gpu.amount is not set."
                        + " Set it to the number of GPUs of an executor, and the script that finds them:"
                        + " spark.executor.resource.gpu.discoveryScript on YARN and Kubernetes, or, for the workers of a"
                        + " standalone cluster, spark.worker.resource.gpu.amount and"
                        + " spark.worker.resource.gpu.discoveryScript.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"local", "local[2]", "local[*,4]"})
    void threadsOfOneProcessTakeTheGpusInOrder(String master) {
        GpuTasks gpus = GpuTasks.of(conf.setMaster(master).remove(GpuTasks.EXECUTOR_AMOUNT));

        assertThat(gpus.way()).isEqualTo(Way.LOCAL);
        assertThat(gpus.reason()).isEqualTo("ranks are threads of master " + master + ", and rank i uses GPU i");
    }

    @ParameterizedTest
    @ValueSource(strings = {"local", "local[2]"})
    void threadsOfOneProcessMustNotAskForThem(String master) {
        conf.setMaster(master).set(GpuTasks.TASK_AMOUNT, "1");

        assertThat(GpuTasks.neverScheduled(conf))
                .hasValue(
                        "Cannot run tasks on master " + master + ": it offers no GPUs, and"
                                + " spark.task.resource.gpu.amount is 1. Do not set it: there, rank i uses GPU i all the same.");
        assertThat(GpuTasks.neverScheduled(conf.set(GpuTasks.TASK_AMOUNT, "0"))).isEmpty();
        assertThat(GpuTasks.neverScheduled(conf.remove(GpuTasks.TASK_AMOUNT))).isEmpty();
    }

    @Test
    void tasksOfAClusterMayAskForThem() {
        assertThat(GpuTasks.neverScheduled(conf.set(GpuTasks.TASK_AMOUNT, "1"))).isEmpty();
    }

    @Test
    void aStageThatAsksForNothingHasTheDefaultProfile() {
        SparkContext spark = LocalSpark.session().sparkContext();

        assertThat(GpuTasks.of(spark.getConf()).profile(spark))
                .isSameAs(spark.resourceProfileManager().defaultResourceProfile());
    }
}
