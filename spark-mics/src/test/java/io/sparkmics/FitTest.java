package io.sparkmics;

import static io.sparkmics.SmallFit.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.checkpoint.HuggingFaceFolder;
import io.sparkmics.checkpoint.safetensors.SafetensorsReader;
import io.sparkmics.checkpoint.safetensors.TensorInfo;
import io.sparkmics.checkpoint.safetensors.TensorType;
import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.Initialization;
import io.sparkmics.model.Model;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import io.sparkmics.model.Weights;
import io.sparkmics.monitor.TrainingSummary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can happen to a fit. */
class FitTest {

    @TempDir
    Path folder;

    private MicsEstimator estimator() {
        return SmallFit.estimator(folder, 4);
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
    void precisionIsThatOfTheDeviceWhereNobodySaysIt() {
        List<MicsModel> trained = new ArrayList<>();
        String said = StandardError.during(() -> trained.add(estimator().fit(texts())));

        assertThat(said.lines()).contains("precision auto chose float32: ranks compute on CPUs");
        MicsModel named = estimator().setPrecision("float32").fit(texts());
        assertThat(trained.get(0).summary().lastLoss())
                .isEqualTo(named.summary().lastLoss());
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
    void whatWasTrainedInFloat64IsSavedAndScoredInIt() throws IOException {
        MicsModel model = estimator().setPrecision("float64").fit(texts());
        String path = folder.resolve("saved").toString();
        model.write().save(path);

        HuggingFaceFolder saved = saved(path);
        try (SafetensorsReader reader = SafetensorsReader.open(saved.weights(), new Configuration())) {
            assertThat(reader.tensors()).extracting(TensorInfo::type).containsOnly(TensorType.F64);
        }
        assertThat(saved.readConfig()).containsEntry("torch_dtype", "float64");
        double loss =
                MicsModel.load(path).transform(texts()).select("loss").first().getDouble(0);
        assertThat(loss).isPositive().isNotEqualTo((double) (float) loss);
    }

    @Test
    void theConfigurationEndsTextsWithTheIdThatWasTrainedWith() throws IOException {
        String path = folder.resolve("saved").toString();
        estimator()
                .setModel(Gpt.config().layers(1).heads(2).width(16).context(16).vocabularySize(320))
                .fit(texts())
                .write()
                .save(path);

        HuggingFaceFolder saved = saved(path);
        assertThat(saved.readConfig())
                .containsEntry("vocab_size", 320)
                .containsEntry("torch_dtype", "float32")
                .containsEntry("bos_token_id", 256)
                .containsEntry("eos_token_id", 256);
        assertThat(saved.contents())
                .containsOnlyKeys(
                        "checksums.json",
                        "config.json",
                        "model.safetensors",
                        "tokenizer.json",
                        "tokenizer_config.json");
    }

    @Test
    void aModelOfReadyIdsHasNoTokenizer() throws IOException {
        String path = folder.resolve("saved").toString();
        Dataset<Row> ids = texts().selectExpr("transform(sequence(1, 40), i -> int(i)) as text");
        estimator().fit(ids).write().save(path);

        assertThat(saved(path).contents()).containsOnlyKeys("checksums.json", "config.json", "model.safetensors");
        // Where they are not there, its reader takes those of GPT-2's own tokenizer.
        assertThat(saved(path).readConfig()).containsEntry("bos_token_id", null).containsEntry("eos_token_id", null);
    }

    private static HuggingFaceFolder saved(String path) {
        return new HuggingFaceFolder(
                FittedModelWriter.huggingFace(new org.apache.hadoop.fs.Path(path)), new Configuration());
    }

    @Test
    void aFrameThatCannotBeComputedLeavesNothingBehind() {
        Dataset<Row> frame = texts().selectExpr("if(length(text) > 3, raise_error('no such row'), text) as text");
        assertThatThrownBy(() -> estimator().fit(frame)).hasStackTraceContaining("no such row");
        assertThat(folder).isEmptyDirectory();
    }

    /** A model of a user that fails in its forward pass; or on the ranks only, where the driver has tried it. */
    record Broken(boolean onRanksOnly) implements ModelConfig {

        @Override
        public Model build() {
            return () -> List.of(new Stage() {
                @Override
                public List<Unit> units() {
                    return List.of(Unit.of("only", Parameter.vector("only.bias", Initialization.constant(0), 2)));
                }

                @Override
                public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
                    if (!onRanksOnly || TaskContext.get() != null) {
                        throw new IllegalStateException("this stage is broken");
                    }
                    return weights.get("only.bias");
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
    void aModelThatCannotRunIsRefusedBeforeARankStarts() {
        assertThatThrownBy(() -> estimator().setModel(new Broken(false)).fit(texts()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("Cannot train the model: stage 1 of 1 \\(.*\\) fails in its forward pass on "
                        + "tokens of shape \\[2, 17\\], the last ones -1: this stage is broken. Correct it.");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aRankThatFailsEndsTheFitWithItsOwnWordsAndLeavesNothingBehind() {
        assertThatThrownBy(() -> estimator().setModel(new Broken(true)).fit(texts()))
                .hasStackTraceContaining("this stage is broken");
        assertThat(folder).isEmptyDirectory();
    }

    /** The rate is so high that the first update ends it; the others are skipped. Spark would try a failure four times. */
    @ParameterizedTest
    @CsvSource({
        "20, 'Cannot go on training: loss or gradient was not finite in 5 steps in a row, after step 6 of 20 (loss NaN'",
        "3, 'Cannot save the model: the loss of its weights is NaN, after step 3 of 3 (loss NaN'",
        "1, 'Cannot save the model: the loss of its weights is NaN, after step 1 of 1 (loss 5.5'"
    })
    void aTrainingThatDivergesIsAnErrorAndLeavesNothingBehind(int steps, String message) throws Exception {
        SparkContext spark = LocalSpark.session().sparkContext();
        AtomicInteger stages = new AtomicInteger();
        AtomicInteger again = new AtomicInteger();
        SparkListener counter = new SparkListener() {
            @Override
            public void onStageSubmitted(SparkListenerStageSubmitted submitted) {
                stages.incrementAndGet();
                again.addAndGet(submitted.stageInfo().attemptNumber());
            }
        };
        spark.addSparkListener(counter);

        try {
            assertThatThrownBy(() -> estimator()
                            .setLearningRate(1e30)
                            .setWarmUpSteps(0)
                            .setMaxSteps(steps)
                            .fit(texts()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith(message)
                    .hasMessageContaining("The gradient's norm in the last steps was 1.81")
                    .hasMessageEndingWith(
                            "Lower learningRate, set gradientClipping or lower it, or warm up for more steps.");
            spark.listenerBus().waitUntilEmpty();
        } finally {
            spark.removeSparkListener(counter);
        }
        assertThat(stages).hasPositiveValue();
        assertThat(again).hasValue(0);
        assertThat(folder).isEmptyDirectory();
    }

    /** All sequences are the same, of 17 tokens, so the last batch is what is scored. */
    @Test
    void theFinalLossIsThatOfTheWeightsThatAreSaved() {
        Dataset<Row> texts = texts();
        MicsModel model = estimator().setLearningRate(1e-2).fit(texts.selectExpr("repeat('a', 1000) as text"));

        TrainingSummary summary = model.summary();
        assertThat(summary.skippedSteps()).isZero();
        assertThat(summary.finalLoss()).isLessThan(summary.lastLoss());
        double scored = model.transform(texts.selectExpr("repeat('a', 17) as text"))
                .select("loss")
                .first()
                .getDouble(0);
        assertThat(summary.finalLoss()).isCloseTo(scored, within(1e-5));
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
