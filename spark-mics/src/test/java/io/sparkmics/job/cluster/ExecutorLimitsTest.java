package io.sparkmics.job.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.job.settings.GoodSettings;
import io.sparkmics.job.settings.TrainingSettings;
import io.sparkmics.model.GptConfig;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class ExecutorLimitsTest {

    private static final long GIBIBYTE = 1L << 30;
    private static final TrainingSettings SMALL =
            GoodSettings.of(new GptConfig(1, 2, 16, 8, 257, 0)).build();
    private static final TrainingSettings LARGE =
            GoodSettings.of(new GptConfig(24, 16, 1024, 1024, 50_000, 0)).build();

    private static ExecutorLimits limits(SparkConf conf, TrainingSettings settings) {
        return ExecutorLimits.of(conf, settings, 8 * GIBIBYTE, 1, 2, 4);
    }

    private static SparkConf yarn() {
        return new SparkConf(false).set("spark.master", "yarn").set("spark.executor.memory", "2g");
    }

    @Test
    void aSmallModelFitsAnExecutorWithEnoughOverhead() {
        SparkConf conf = yarn().set("spark.executor.memoryOverhead", "1g");
        assertThat(limits(conf, SMALL).compare(SMALL, SMALL.memoryModel(), 1, false))
                .isEmpty();
    }

    @Test
    void sparksOwnOverheadIsTooSmallForLibtorchAlone() {
        assertThat(limits(yarn(), SMALL).compare(SMALL, SMALL.memoryModel(), 1, false))
                .hasValueSatisfying(problem ->
                        assertThat(problem).contains("has 384 MiB", "Set spark.executor.memoryOverhead to "));
    }

    @Test
    void theFactorCountsWhereNoOverheadIsSet() {
        SparkConf conf = yarn().set("spark.executor.memoryOverheadFactor", "0.5");
        assertThat(limits(conf, SMALL).overheadBytes()).isEqualTo(GIBIBYTE);
    }

    @Test
    void statesThatCannotFitAreRefusedBeforeTheyAreAllocated() {
        assertThatThrownBy(() -> limits(yarn(), LARGE).compare(LARGE, LARGE.memoryModel(), 1, false))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Set spark.executor.memoryOverhead to ");
    }

    @Test
    void aStandaloneWorkerCountsNoContainer() {
        SparkConf conf = new SparkConf(false).set("spark.master", "spark://host:7077");
        ExecutorLimits limits = limits(conf, SMALL);
        assertThat(limits.overheadBytes()).isNegative();
        assertThat(limits.executorsPerMachine()).isEqualTo(2);
        assertThat(limits.compare(SMALL, SMALL.memoryModel(), 1, false)).isEmpty();
    }
}
