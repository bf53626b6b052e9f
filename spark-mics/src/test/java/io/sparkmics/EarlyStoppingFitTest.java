package io.sparkmics;

import static io.sparkmics.CheckpointedFits.history;
import static io.sparkmics.CheckpointedFits.weights;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.CheckpointedFits.Step;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that gets no better ends, and gives its best model, held against a run that goes on to its end. */
class EarlyStoppingFitTest {

    private static final int STEPS = 60;
    private static final int EVERY = 4;
    private static final int PATIENCE = 2;

    /** As many as {@link FaultyModel} counts of one rank. */
    private static final int PASSES_OF_A_STEP = 2;

    @TempDir
    Path work;

    @TempDir
    Path checkpoints;

    /** What is to be learnt by heart at a high rate, and what is held out, which shares the first letters with it alone. */
    private static Dataset<Row> rows() {
        List<String> texts = IntStream.range(0, 80)
                .mapToObj(row -> row % 10 == 0 ? "a row with others" : "a row of the same")
                .toList();
        return LocalSpark.session()
                .createDataset(texts, Encoders.STRING())
                .toDF("text")
                .selectExpr("text", "text = 'a row with others' as held_out");
    }

    private MicsEstimator estimator() {
        return estimator(work);
    }

    private static MicsEstimator estimator(Path work) {
        return SmallFit.estimator(work, STEPS)
                .setLearningRate(2e-2)
                .setWarmUpSteps(0)
                .setValidationIndicatorCol("held_out")
                .setEvaluateEvery(EVERY)
                .setCollectiveTimeout(10);
    }

    private MicsEstimator stopping() {
        return estimator().setEarlyStoppingPatience(PATIENCE);
    }

    private MicsEstimator saving(MicsEstimator estimator) {
        return estimator.setCheckpointInterval(3).setKeepCheckpoints(1).setCheckpointDirectory(checkpoints.toString());
    }

    /** @param fault in the first pass behind so many steps; 0: none */
    private static MicsModel fit(MicsEstimator estimator, long fault) {
        return estimator
                .setModel(FaultyModel.afterPasses(
                        Math.toIntExact(fault * PASSES_OF_A_STEP), fault == 0 ? 0 : 1, EarlyStoppingFitTest::broken))
                .fit(rows());
    }

    private static void broken() {
        throw new IllegalStateException("this stage is broken");
    }

    /** What the run is without an early end. */
    private static List<Step> all;

    private static long best;
    private static long last;
    private static byte[] bestWeights;

    @BeforeAll
    static void runToTheEnd(@TempDir Path work, @TempDir Path every) {
        MicsEstimator whole = estimator(work)
                .setCheckpointInterval(EVERY)
                .setKeepEverySteps(EVERY)
                .setCheckpointDirectory(every.toString());
        all = history(fit(whole, 0));
        best = EVERY;
        for (last = EVERY; last - best < (long) PATIENCE * EVERY; last += EVERY) {
            best = loss(last) < loss(best) ? last : best;
        }
        last = best + (long) PATIENCE * EVERY;
        assertThat(best).as("%s", all).isGreaterThan(EVERY);
        assertThat(last).isLessThan(STEPS - EVERY);
        String checkpoint = CheckpointedFits.of(every, best).path().toString();
        MicsEstimator saved =
                estimator(work).setEvaluateEvery(0).setMaxSteps(best).setResumeFrom(checkpoint);
        bestWeights = weights(fit(saved, 0));
    }

    private static double loss(long step) {
        return all.get(Math.toIntExact(step) - 1).validationLoss();
    }

    private void assertItIsTheBest(MicsModel model) {
        assertThat(history(model)).isEqualTo(all.subList(0, Math.toIntExact(last)));
        assertThat(model.summary().describe())
                .containsEntry("steps", last)
                .containsEntry("stoppedAfterStep", last)
                .containsEntry("stopReason", "the held-out loss was no better in " + PATIENCE + " evaluations")
                .containsEntry("bestStep", best)
                .containsEntry("bestValidationLoss", loss(best));
        assertThat(weights(model)).isEqualTo(bestWeights);
    }

    @Test
    void itEndsWhenItGetsNoBetterAndGivesItsBestModel() {
        assertItIsTheBest(fit(stopping(), 0));
        assertThat(checkpoints).isEmptyDirectory();
    }

    @Test
    void afterAFailureItBeginsAgainAndComesToTheSameEnd() {
        MicsModel model = fit(stopping(), best + 1);
        assertItIsTheBest(model);
        assertThat(model.summary().describe()).containsEntry("attempts", 2);
    }

    @Test
    void theBestCheckpointIsKeptOverAFailure() {
        MicsModel model = fit(saving(stopping()), last - 1);
        assertItIsTheBest(model);
        assertThat(model.summary().describe()).containsEntry("attempts", 2);
        assertThat(CheckpointedFits.steps(checkpoints)).containsExactly(last, best);
    }

    @Test
    void theBestCheckpointOfAnEarlierRunIsTheBestOfTheOneThatGoesOn() {
        assertThatThrownBy(() -> fit(saving(stopping()).setMaxRestarts(0), last - 1))
                .hasMessageContaining("this stage is broken");
        assertThat(CheckpointedFits.steps(checkpoints)).contains(best).doesNotContain(last);

        MicsModel model = fit(saving(stopping()).setResumeFrom("latest"), 0);

        assertItIsTheBest(model);
        assertThat(model.summary().describe()).containsKey("resumedFrom");
    }

    @Test
    void aRunThatComesToItsLastStepGivesItsBestModelToo() {
        MicsModel model = fit(estimator().setEarlyStoppingPatience(STEPS), 0);
        assertThat(history(model)).isEqualTo(all);
        double lowest = all.stream()
                .filter(step -> step.validationLoss() != null)
                .mapToDouble(Step::validationLoss)
                .min()
                .orElseThrow();
        assertThat(model.summary().describe())
                .containsEntry("bestValidationLoss", lowest)
                .doesNotContainKeys("stoppedAfterStep", "stopReason");
    }

    @Test
    void whereNothingIsEvaluatedNothingCanEndIt() {
        assertThatThrownBy(() -> fit(stopping().setEvaluateEvery(0), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Cannot stop after 2 evaluations that are no better: there is none before the last step. Set"
                                + " evaluateEvery and validationIndicatorCol, or earlyStoppingPatience to 0.");
    }
}
