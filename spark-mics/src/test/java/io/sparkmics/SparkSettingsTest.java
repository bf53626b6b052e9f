package io.sparkmics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.model.Gpt;
import java.nio.file.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings of Spark itself that a fit must live with. */
class SparkSettingsTest {

    @TempDir
    Path folder;

    @Test
    void whatSparkIgnoresOnALocalMasterIsNoObstacleAndItsCoresATaskAreCounted() throws Exception {
        LocalSpark.session().stop();
        try (SparkSession spark = SparkSession.builder()
                .master("local[4]")
                .config("spark.ui.enabled", false)
                .config("spark.driver.host", "localhost")
                .config("spark.sql.shuffle.partitions", 2)
                .config("spark.speculation", true)
                .config("spark.dynamicAllocation.enabled", true)
                .config("spark.task.cpus", 2)
                .getOrCreate()) {
            Dataset<Row> frame = SmallFit.texts();

            assertThat(estimator(2).fit(frame).summary().steps()).isEqualTo(2);
            assertThatThrownBy(() -> estimator(4).fit(frame))
                    .hasMessage("Cannot run 4 ranks at once: master local[4] has 4 cores, which are 2 slots where"
                            + " spark.task.cpus is 2. Set numWorkers to at most 2, or spark.task.cpus to 1, or the"
                            + " master to local[8].");
            assertThatThrownBy(() -> estimator(8).fit(frame))
                    .message()
                    .endsWith(". Set numWorkers to at most 2, or the master to local[16].");
        }
    }

    private MicsEstimator estimator(int workers) {
        return new MicsEstimator()
                .setModel(Gpt.config().layers(1).heads(2).width(16).context(16))
                .setNumWorkers(workers)
                .setPartitionGroupSize(1)
                .setGlobalBatchSize(8)
                .setMicroBatchSize(1)
                .setMaxSteps(2)
                .setWorkDirectory(folder.toString());
    }
}
