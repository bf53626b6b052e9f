package io.sparkmics;

import static io.sparkmics.CheckpointedFits.history;
import static io.sparkmics.CheckpointedFits.states;
import static io.sparkmics.CheckpointedFits.weights;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.CheckpointedFits.Step;
import io.sparkmics.checkpoint.CheckpointFolder;
import io.sparkmics.monitor.StepListener;
import io.sparkmics.monitor.StepMetrics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.SparkStatusTracker;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A run that ends and goes on in another fit is the run that never ended. */
class ResumeFitTest {

    private static final int GLOBAL_BATCH = 8;
    private static final Set<Long> SKIPPED = Set.of(2L);

    private static Dataset<Row> rows;

    @TempDir
    Path work;

    @TempDir
    Path checkpoints;

    @BeforeAll
    static void start() {
        LocalSpark.session().stop();
        SparkSession spark = SparkSession.builder()
                .master("local[4]")
                .config("spark.ui.enabled", false)
                .config("spark.driver.host", "localhost")
                .config("spark.sql.shuffle.partitions", 2)
                .getOrCreate();
        rows = spark.range(40).selectExpr("concat('row ', id, ' has words of its own') as text", "id < 4 as held_out");
    }

    @AfterAll
    static void stop() {
        SparkSession.active().stop();
    }

    private MicsEstimator estimator(int worldSize, int partitionGroupSize, int microBatchSize) {
        return new MicsEstimator()
                .setNumWorkers(worldSize)
                .setPartitionGroupSize(partitionGroupSize)
                .setGlobalBatchSize(GLOBAL_BATCH)
                .setMicroBatchSize(microBatchSize)
                .setMaxSteps(8)
                .setWarmUpSteps(2)
                .setLearningRate(1e-2)
                .setValidationIndicatorCol("held_out")
                .setEvaluateEvery(3)
                .setMaxRestarts(0)
                .setWorkDirectory(work.toString());
    }

    private MicsEstimator saving(MicsEstimator estimator, long interval) {
        return estimator.setCheckpointInterval(interval).setCheckpointDirectory(checkpoints.toString());
    }

    /** Fits from where so many steps are done. */
    private static MicsModel fit(MicsEstimator estimator, long done, Set<Long> skipped, long breaks) {
        int microSteps = GLOBAL_BATCH / estimator.getNumWorkers() / estimator.getMicroBatchSize();
        return estimator
                .setModel(UnsteadyModel.of(done, microSteps, skipped, breaks))
                .fit(rows);
    }

    private static void fitUntilItBreaks(MicsEstimator estimator, long done, Set<Long> skipped, long breaks) {
        assertThatThrownBy(() -> fit(estimator, done, skipped, breaks)).hasMessageContaining("this stage is broken");
    }

    @ParameterizedTest
    @CsvSource({"adamw, float32", "adamw, float64", "adamw, bfloat16", "sgd, float32"})
    void onTheSameRanksItIsTheSameToTheBit(String optimizer, String precision) {
        MicsModel undisturbed = fit(estimator(2, 2, 2).setOptimizer(optimizer).setPrecision(precision), 0, SKIPPED, 0);
        assertThat(undisturbed.summary().describe())
                .containsEntry("attempts", 1)
                .containsEntry("skippedSteps", 1L)
                .doesNotContainKeys("resumedFrom", "checkpoints", "stoppedAfterStep");
        MicsEstimator second = saving(estimator(2, 2, 2).setOptimizer(optimizer).setPrecision(precision), 2);
        fitUntilItBreaks(second, 0, SKIPPED, 7);
        CheckpointFolder checkpoint = CheckpointedFits.of(checkpoints, 4);

        MicsModel resumed = fit(second.setResumeFrom(checkpoint.path().toString()), 4, SKIPPED, 0);

        assertThat(weights(resumed)).isEqualTo(weights(undisturbed));
        assertThat(history(resumed)).isEqualTo(history(undisturbed));
        assertThat(resumed.summary().finalLoss())
                .isEqualTo(undisturbed.summary().finalLoss());
        assertThat(resumed.summary().validationLoss())
                .isEqualTo(undisturbed.summary().validationLoss());
        assertThat(resumed.summary().describe())
                .containsEntry("resumedFrom", Map.of("path", checkpoint.path().toString(), "step", 4L))
                .containsEntry("skippedSteps", 1L)
                .containsEntry("steps", 8L)
                .containsEntry("bytesPerStep", undisturbed.summary().describe().get("bytesPerStep"));
    }

    @Test
    void checkpointsChangeNothingAndTheDirectoryHoldsThoseThatAreKept() {
        MicsModel without = fit(estimator(2, 1, 2), 0, SKIPPED, 0);
        assertThat(checkpoints).isEmptyDirectory();
        MicsModel with = fit(saving(estimator(2, 1, 2), 1).setKeepEverySteps(3), 0, SKIPPED, 0);

        assertThat(weights(with)).isEqualTo(weights(without));
        assertThat(history(with)).isEqualTo(history(without));
        assertThat(CheckpointedFits.steps(checkpoints)).containsExactly(8L, 7L, 6L, 3L);
        assertThat(CheckpointedFits.names(checkpoints))
                .hasSize(4)
                .allMatch(name -> name.matches("step-00000000000[3678]-[0-9a-f]{12}-0"));
        CheckpointFolder last = CheckpointedFits.of(checkpoints, 8);
        assertThat(CheckpointedFits.names(Path.of(last.path().toUri())).stream().filter(name -> !name.endsWith(".crc")))
                .containsExactly(
                        "manifest.json",
                        "metrics.jsonl",
                        "shard-00000-of-00001.json",
                        "shard-00000-of-00001.safetensors");
        MicsModel sixth = fit(
                estimator(4, 2, 2)
                        .setMaxSteps(6)
                        .setResumeFrom(
                                CheckpointedFits.of(checkpoints, 6).path().toString()),
                6,
                Set.of(),
                7);
        assertThat(history(sixth)).isEqualTo(history(with).subList(0, 6));
        assertThat(weights(sixth)).hasSameSizeAs(weights(with)).isNotEqualTo(weights(with));
        assertThat(with.summary().describe().get("checkpoints"))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
                .containsEntry("count", 8L)
                .containsEntry("last", last.path().toString());
    }

    /** In the step behind each of its beginnings nothing is updated: what is saved after it is what was gone on from. */
    @Test
    void onOtherRanksStatesAreTheSameToTheBitAndLossesToTheNoiseOfSums() {
        Set<Long> skipped = Set.of(3L, 5L, 7L);
        MicsModel undisturbed = fit(estimator(4, 2, 1).setPrecision("float64").setMaxSteps(10), 0, skipped, 0);
        int[][] placements = {{4, 4, 2}, {2, 2, 1}, {1, 1, 4}, {4, 2, 1}};
        MicsModel resumed = null;
        for (int leg = 0; leg < placements.length; leg++) {
            int[] placement = placements[leg];
            MicsEstimator estimator = saving(
                            estimator(placement[0], placement[1], placement[2]).setPrecision("float64"), 1)
                    .setMaxSteps(10)
                    .setKeepCheckpoints(20);
            long done = 2L * leg;
            if (leg > 0) {
                estimator.setResumeFrom(
                        CheckpointedFits.of(checkpoints, done).path().toString());
            }
            if (leg < placements.length - 1) {
                // What was due three steps before is written by then.
                fitUntilItBreaks(estimator, done, skipped, done + 5);
            } else {
                resumed = fit(estimator, done, skipped, 0);
            }
            if (leg > 0) {
                assertThat(states(CheckpointedFits.of(checkpoints, done + 1)))
                        .hasSize(4 * 3)
                        .isEqualTo(states(CheckpointedFits.of(checkpoints, done)));
            }
        }

        List<Step> steps = history(resumed);
        assertThat(steps).extracting(Step::step).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
        for (int i = 0; i < steps.size(); i++) {
            Step expected = history(undisturbed).get(i);
            if (skipped.contains(expected.step())) {
                assertThat(steps.get(i).loss()).isNaN();
            } else {
                assertThat(steps.get(i).loss()).isCloseTo(expected.loss(), within(1e-10));
            }
        }
        assertThat(resumed.summary().finalLoss())
                .isCloseTo(undisturbed.summary().finalLoss(), within(1e-10));
    }

    /** What is told while it trains. */
    private static final class Heard implements StepListener {

        private final List<Long> steps = new ArrayList<>();

        @Override
        public void accept(StepMetrics metrics) {
            steps.add(metrics.step());
        }

        @Override
        public void resume(List<StepMetrics> before) {
            steps.clear();
            before.forEach(this::accept);
        }
    }

    /** The rate is constant, so that the longer schedule is the same at its beginning. */
    @Test
    void aSavedEstimatorGoesOnToMoreSteps() throws Exception {
        String path = work.resolve("estimator").toString();
        MicsEstimator estimator =
                saving(estimator(2, 2, 2), 3).setMinimumLearningRateRatio(1).setMaxSteps(5);
        MicsModel longer = fit(estimator(2, 2, 2).setMinimumLearningRateRatio(1), 0, Set.of(), 0);
        MicsModel first = fit(estimator, 0, Set.of(), 0);
        assertThat(CheckpointedFits.steps(checkpoints)).containsExactly(5L, 3L);
        estimator.setModel(UnsteadyModel.of(0, 2, Set.of(), 0).inner()).write().save(path);

        MicsEstimator loaded =
                MicsEstimator.load(path).setResumeFrom("latest").setModel(UnsteadyModel.of(0, 2, Set.of(), 0));
        MicsModel again = loaded.fit(rows);
        assertThat(weights(again)).isEqualTo(weights(first));
        assertThat(history(again)).isEqualTo(history(first));
        assertThat(again.summary().finalLoss()).isEqualTo(first.summary().finalLoss());
        Heard heard = new Heard();
        String said = StandardError.during(() -> {
            MicsModel more = loaded.setMaxSteps(8).setLearningRate(1e-2).fit(rows, heard);
            assertThat(weights(more)).isEqualTo(weights(longer));
            assertThat(more.summary().steps()).isEqualTo(8);
        });

        assertThat(heard.steps).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
        assertThat(said)
                .containsPattern("Going on from file:\\S+/step-000000000005-\\S+, after step 5 of 8\\.")
                .contains("The run has 8 steps, and had 5: the learning rate goes on as the new schedule says.");
    }

    @Test
    void whatIsNotUsableIsSaidWithBothValuesBeforeTheClusterIsAsked() throws Exception {
        fit(saving(estimator(2, 2, 2).setMaxSteps(2), 1), 0, Set.of(), 0);
        CheckpointFolder latest = CheckpointedFits.of(checkpoints, 2);
        MicsEstimator other = estimator(2, 2, 2)
                .setModel(UnsteadyModel.of(2, 2, Set.of(), 0).inner().layers(2))
                .setPrecision("float64")
                .setMaxSteps(1)
                .setSeed(7)
                .setResumeFrom(latest.path().toString());

        SparkStatusTracker status = rows.sparkSession().sparkContext().statusTracker();
        int[] jobs = status.getJobIdsForGroup(null);
        assertThatThrownBy(() -> other.fit(rows))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .contains("Cannot go on from " + latest.path() + ": its seed is 42, and seed is 7. Set seed to 42, or")
                .contains(": its states are F32, and precision float64 keeps F64. Set precision as it was, or")
                .contains(": its model has class io.sparkmics.UnsteadyModel, n_layer 1, and the estimator's has class"
                        + " io.sparkmics.model.GptConfig, n_layer 2. Set the model that it was trained with, or")
                .contains(": 2 steps are done, and the run has 1. Set maxSteps or maxEpochs so that there are at least"
                        + " as many, or leave resumeFrom empty to begin with new parameters.");
        assertThat(status.getJobIdsForGroup(null)).hasSameSizeAs(jobs);

        MicsEstimator same = saving(estimator(2, 2, 2).setMaxSteps(3), 1).setModel(UnsteadyModel.of(2, 2, Set.of(), 0));
        assertThatThrownBy(() ->
                        same.setResumeFrom(work.resolve("nothing").toString()).fit(rows))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("Cannot go on from file:", "/nothing: ", "it has no manifest.json");
        String said =
                StandardError.during(() -> same.setResumeFrom(latest.path().toString())
                        .setLearningRate(2e-2)
                        .setKeepCheckpoints(1)
                        .fit(rows));
        assertThat(said).contains("Changed since that checkpoint: learningRate was 0.01 and is 0.02.");

        Files.delete(Path.of(latest.path().toUri()).resolve("shard-00001-of-00002.safetensors"));
        assertThatThrownBy(() -> same.setResumeFrom(latest.path().toString()).fit(rows))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("Cannot go on from ", "shard-00001-of-00002.safetensors is missing");
    }

    @Test
    void withoutACheckpointTheLatestIsTheFirstStep() {
        String said = StandardError.during(() -> {
            MicsModel model = fit(saving(estimator(1, 1, 4).setMaxSteps(2), 5).setResumeFrom("latest"), 0, Set.of(), 0);
            assertThat(model.summary().describe()).doesNotContainKey("resumedFrom");
        });
        assertThat(said)
                .containsPattern("There is no checkpoint in file:\\S+ yet: training begins with new parameters.");
        assertThat(CheckpointedFits.steps(checkpoints)).containsExactly(2L);
    }

    @Test
    void aFileEndsTheRunAndWhatWasTrainedIsGoneOnWith() throws Exception {
        Path file = work.resolve("stop");
        MicsEstimator estimator = saving(estimator(4, 2, 2).setMaxSteps(6_000), 2_000)
                .setEvaluateEvery(0)
                .setStopWhen(file.toString())
                .setModel(UnsteadyModel.of(0, 1, Set.of(), 0));
        MicsModel model = estimator.fit(rows, step -> {
            if (step.step() == 3) {
                create(file);
            }
        });

        long done = model.summary().steps();
        assertThat(done).isBetween(3L, 5_999L);
        assertThat(model.summary().describe())
                .containsEntry("stoppedAfterStep", done)
                .containsEntry("stopReason", "file:" + file.toRealPath() + " is there");
        assertThat(CheckpointedFits.steps(checkpoints)).contains(done);
        assertThat(model.transform(rows).select("loss").first().getDouble(0)).isPositive();

        assertThatThrownBy(() -> estimator.setResumeFrom("latest").fit(rows))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot end the run when file:" + file.toRealPath()
                        + " comes: it is there already. Delete it, or set stopWhen to another path.");
        Files.delete(file);
        MicsModel more = estimator
                .setStopWhen(step -> step.step() > done)
                .copy(ParamMap.empty())
                .fit(rows);
        assertThat(more.summary().steps()).isGreaterThan(done);
        assertThat(more.summary().describe())
                .containsEntry("stopReason", "stopWhen said so after step " + (done + 1))
                .containsKey("resumedFrom");
    }

    private static void create(Path file) {
        try {
            Files.createFile(file);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
