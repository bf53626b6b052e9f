package io.sparkmics.job.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class DeviceChoiceTest {

    private static final String NO_DRIVER = "On host a: Cannot ask nvidia-smi for the GPUs: there is no such command.";

    private final SparkConf gpus = new SparkConf(false)
            .setMaster("yarn")
            .set(GpuTasks.EXECUTOR_AMOUNT, "2")
            .set(GpuTasks.TASK_AMOUNT, "1");

    @Test
    void automaticallyRanksComputeOnTheGpusThatSparkGivesThem() {
        DeviceChoice choice = DeviceChoice.of("auto", gpus, true).with(List.of());

        assertThat(choice.cuda()).isTrue();
        assertThat(choice).hasToString("deviceType auto chose cuda: spark.task.resource.gpu.amount is 1");
    }

    @Test
    void automaticallyRanksComputeOnCpusWhereSparkHasNoGpus() {
        DeviceChoice choice = DeviceChoice.of("auto", new SparkConf(false).setMaster("yarn"), true);

        assertThat(choice.cuda()).isFalse();
        assertThat(choice)
                .hasToString("deviceType auto chose cpu: no executor has GPUs: spark.executor.resource.gpu.amount is"
                        + " not set");
    }

    @Test
    void automaticallyRanksComputeOnCpusWithTheLibrariesForThem() {
        assertThat(DeviceChoice.of("auto", gpus, false))
                .hasToString(
                        "deviceType auto chose cpu: this jar has the libraries for CPUs only; for GPUs there is the -all-gpu jar");
    }

    @Test
    void automaticallyRanksComputeOnCpusWhereAHostHasAProblem() {
        DeviceChoice one = DeviceChoice.of("auto", gpus, true).with(List.of(NO_DRIVER));
        DeviceChoice several = DeviceChoice.of("auto", gpus, true).with(List.of(NO_DRIVER, "On host b", "On host c"));

        assertThat(one.cuda()).isFalse();
        assertThat(one).hasToString("deviceType auto chose cpu: " + NO_DRIVER);
        assertThat(several)
                .hasToString("deviceType auto chose cpu: " + NO_DRIVER
                        + " (the first of 3 problems; deviceType cuda tells them all)");
    }

    @Test
    void whoAsksForGpusIsToldEveryProblem() {
        DeviceChoice choice = DeviceChoice.of("cuda", gpus, false);

        assertThat(choice.cuda()).isTrue();
        assertThat(choice).hasToString("deviceType cuda: spark.task.resource.gpu.amount is 1");
        assertThatThrownBy(() -> choice.with(List.of(NO_DRIVER, "On host b: none.")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(NO_DRIVER + "\nOn host b: none.");
    }

    @Test
    void whoAsksForCpusGetsThemOnAnyCluster() {
        DeviceChoice choice = DeviceChoice.of("cpu", gpus, true);

        assertThat(choice.cuda()).isFalse();
        assertThat(choice.gpus().way()).isEqualTo(GpuTasks.Way.NONE);
        assertThat(choice).hasToString("deviceType cpu: so it was set");
    }
}
