package io.sparkmics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.model.Gpt;
import io.sparkmics.model.Initialization;
import io.sparkmics.model.Model;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.Pass;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import io.sparkmics.model.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can happen to a fit. */
class FitTest {

    @TempDir
    Path folder;

    private MicsEstimator estimator() {
        return new MicsEstimator()
                .setModel(Gpt.config().layers(1).heads(2).width(16).context(16))
                .setNumWorkers(2)
                .setPartitionGroupSize(2)
                .setGlobalBatchSize(4)
                .setMicroBatchSize(1)
                .setMaxSteps(4)
                .setWorkDirectory(folder.toString());
    }

    private static Dataset<Row> texts() {
        return LocalSpark.session()
                .createDataset(Collections.nCopies(20, "a row of text to learn from"), Encoders.STRING())
                .toDF("text");
    }

    /** With one micro-step a step, and with two: what is read ahead belongs to another step, or to the same. */
    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void heldOutRowsAreEvaluatedWhenTheyAreDue(int globalBatchSize) {
        Dataset<Row> frame = texts().selectExpr("text", "false as held_out")
                .union(texts().selectExpr("reverse(text)", "true").limit(3));
        MicsModel model = estimator()
                .setGlobalBatchSize(globalBatchSize)
                .setValidationIndicatorCol("held_out")
                .setEvaluateEvery(3)
                .fit(frame);
        assertThat(model.summary().validationLoss()).isPositive();
        assertThat(model.summary().data()).containsEntry("validationDocuments", 3L);
        assertThat(model.training().history().stream()
                        .filter(step -> step.validationLoss() != null)
                        .map(step -> step.step()))
                .containsExactly(3L, 4L);
    }

    @Test
    void heldOutRowsAreEvaluatedAtTheEndWhereNothingElseIsSaid() {
        MicsModel model = estimator()
                .setValidationIndicatorCol("held_out")
                .fit(texts().selectExpr("text", "monotonically_increasing_id() = 0 as held_out"));
        assertThat(model.training().history().stream()
                        .filter(step -> step.validationLoss() != null)
                        .map(step -> step.step()))
                .containsExactly(4L);
    }

    @Test
    void jobsAndStagesSayWhatTheyDoAndTheUsersOwnDescriptionComesBack() throws Exception {
        Dataset<Row> frame = texts();
        SparkContext spark = frame.sparkSession().sparkContext();
        Set<String> jobs = ConcurrentHashMap.newKeySet();
        Set<String> stages = ConcurrentHashMap.newKeySet();
        SparkListener listener = new SparkListener() {
            @Override
            public void onJobStart(SparkListenerJobStart job) {
                jobs.add(String.valueOf(job.properties().getProperty("spark.job.description")));
            }

            @Override
            public void onStageSubmitted(SparkListenerStageSubmitted stage) {
                stages.add(stage.stageInfo().name());
            }
        };
        spark.addSparkListener(listener);
        spark.setJobDescription("mine");
        try {
            MicsModel model = estimator().fit(frame);
            assertThat(spark.getLocalProperty("spark.job.description")).isEqualTo("mine");
            model.write().overwrite().save(folder.resolve("saved").toString());
            model.generate("a row", 3);
            spark.listenerBus().waitUntilEmpty();
        } finally {
            spark.removeSparkListener(listener);
            spark.setJobDescription(null);
        }

        String saving = "Saving a model to file:" + folder.toRealPath().resolve("saved") + "/huggingface";
        assertThat(jobs)
                .contains(
                        "Asking the executors what they are",
                        "Counting the tokens of column text",
                        "Training, 2 ranks",
                        saving,
                        "Generating 3 tokens");
        assertThat(stages)
                .contains(
                        "Asking the executors what they are",
                        "Counting the tokens of column text",
                        "Shuffling 16 sequences to 2 ranks",
                        "Training, 2 ranks",
                        saving,
                        "Generating 3 tokens");
    }

    @Test
    void aModelThatFitsOneRankIsNotShardedWhereNobodySaysHow() {
        MicsModel model = estimator().setPartitionGroupSize(0).fit(texts());
        assertThat(model.summary().partitionGroupSize()).isEqualTo(1);
    }

    @Test
    void theOtherChoicesTrainTooAndMatter() {
        MicsEstimator other =
                estimator().setPrecision("float64").setGather("hierarchical").setLearningRate(0.05);
        MicsModel model = other.setOptimizer("sgd").fit(texts());
        assertThat(model.summary().lastLoss()).isLessThan(model.summary().firstLoss());
        assertThat(model.transform(texts()).select("loss").first().getDouble(0)).isPositive();
        MicsModel adamW = other.setOptimizer("adamw").fit(texts());
        assertThat(adamW.summary().firstLoss()).isEqualTo(model.summary().firstLoss());
        assertThat(adamW.summary().lastLoss()).isNotEqualTo(model.summary().lastLoss());
    }

    @Test
    void aFrameThatCannotBeComputedLeavesNothingBehind() {
        Dataset<Row> frame = texts().selectExpr("if(length(text) > 3, raise_error('no such row'), text) as text");
        assertThatThrownBy(() -> estimator().fit(frame)).hasStackTraceContaining("no such row");
        assertThat(folder).isEmptyDirectory();
    }

    /** A model of a user that fails in its forward pass. */
    record Broken() implements ModelConfig {

        @Override
        public Model build() {
            return () -> List.of(new Stage() {
                @Override
                public List<Unit> units() {
                    return List.of(Unit.of("only", Parameter.vector("only.bias", Initialization.constant(0), 2)));
                }

                @Override
                public Tensor forward(Tensor input, Weights weights, Pass pass) {
                    throw new IllegalStateException("this stage is broken");
                }
            });
        }

        @Override
        public int context() {
            return 16;
        }

        @Override
        public int vocabularySize() {
            return 257;
        }

        @Override
        public Map<String, Object> describe() {
            return Map.of();
        }
    }

    @Test
    void aRankThatFailsEndsTheFitWithItsOwnWordsAndLeavesNothingBehind() {
        assertThatThrownBy(() -> estimator().setModel(new Broken()).fit(texts()))
                .hasStackTraceContaining("this stage is broken");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void kryoIsNoObstacle() throws IOException {
        LocalSpark.session().stop();
        try (SparkSession spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", false)
                .config("spark.driver.host", "localhost")
                .config("spark.sql.shuffle.partitions", 2)
                .config("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
                .getOrCreate()) {
            MicsModel model = estimator().fit(texts());
            assertThat(model.summary().steps()).isEqualTo(4);
            assertThat(model.transform(texts()).select("loss").first().getDouble(0))
                    .isPositive();
        }
    }
}
