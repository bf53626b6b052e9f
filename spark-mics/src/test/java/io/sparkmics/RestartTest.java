package io.sparkmics;

import static io.sparkmics.SmallFit.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.monitor.StepMetrics;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What follows after an attempt has failed, where ranks are threads. */
class RestartTest {

    /** A step has two micro-steps. */
    private static final int IN_THE_THIRD_STEP = 4;

    /** Tasks run in this JVM and find it here. */
    private static final AtomicReference<Callable<Boolean>> HOG = new AtomicReference<>();

    @TempDir
    Path folder;

    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final PrintStream standardError = System.err;

    private MicsEstimator estimator(FaultyModel model) {
        return SmallFit.estimator(folder, 4)
                .setModel(model)
                .setCollectiveTimeout(5)
                .setSlotTimeout(3);
    }

    @AfterEach
    void standardErrorIsAsItWas() {
        System.setErr(standardError);
    }

    private void hearErrors() {
        System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
    }

    private static void broken() {
        throw new IllegalStateException("this stage is broken");
    }

    @Test
    void aFailureThatPassesIsTrainedAgainToTheSameEnd() {
        List<Double> undisturbed =
                losses(estimator(FaultyModel.afterPasses(0, 0, () -> {})).fit(texts()));
        hearErrors();

        MicsModel model = estimator(FaultyModel.afterPasses(IN_THE_THIRD_STEP, 1, RestartTest::broken))
                .fit(texts());

        assertThat(losses(model)).isEqualTo(undisturbed);
        assertThat(model.summary().describe()).containsEntry("attempts", 2);
        assertThat(errors.toString(StandardCharsets.UTF_8))
                .containsPattern("Attempt 0 has failed: rank \\d on host \\S+ failed after step 2:"
                        + " java.lang.IllegalStateException: this stage is broken. Attempt 1 goes on from the first step"
                        + " with 2 ranks\\.");
    }

    private static List<Double> losses(MicsModel model) {
        return model.training().history().stream().map(StepMetrics::loss).toList();
    }

    @Test
    void theSameFailureAtTheSameStepTwiceIsTheEnd() {
        assertThatThrownBy(() -> estimator(FaultyModel.afterPasses(IN_THE_THIRD_STEP, 9, RestartTest::broken))
                        .fit(texts()))
                .isInstanceOf(IllegalStateException.class)
                .message()
                .startsWith("Cannot train FaultyModel: rank ")
                .contains(" failed after step 2: java.lang.IllegalStateException: this stage is broken. It is not tried"
                        + " again: it failed in the same way at the same step twice. That was attempt 1, from the first"
                        + " step, after 1 restart (attempt 0 from the first step: rank ");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void whatFailsBeforeTheFirstStepIsDoneIsNotTriedAgain() {
        assertThatThrownBy(() -> estimator(FaultyModel.afterPasses(0, 9, RestartTest::broken))
                        .fit(texts()))
                .isInstanceOf(IllegalStateException.class)
                .message()
                .contains(
                        " failed before the first step was done: java.lang.IllegalStateException: this stage is broken."
                                + " It is not tried again: no step has ever been done, so it would fail again.")
                .doesNotContain("restart");
    }

    @Test
    void withoutRestartsTheFirstFailureIsTheEnd() {
        assertThatThrownBy(() -> estimator(FaultyModel.afterPasses(IN_THE_THIRD_STEP, 1, RestartTest::broken))
                        .setMaxRestarts(0)
                        .fit(texts()))
                .hasMessageContaining("this stage is broken. It is not tried again: maxRestarts is 0.");
    }

    @Test
    void aSlotThatAnotherJobTakesInBetweenIsWaitedForNoLongerThanSaid() throws Exception {
        SparkContext spark = LocalSpark.session().sparkContext();
        CountDownLatch done = new CountDownLatch(1);
        AtomicReference<JavaFutureAction<?>> hog = new AtomicReference<>();
        HOG.set(() -> done.await(3, TimeUnit.MINUTES));
        SparkListener listener = new SparkListener() {
            @Override
            public void onJobStart(SparkListenerJobStart job) {
                if ("Training, 2 ranks".equals(job.properties().getProperty("spark.job.description"))
                        && hog.get() == null) {
                    // While its rows are shuffled both slots are in use: the first that is free becomes this one's.
                    hog.set(JavaSparkContext.fromSparkContext(spark)
                            .parallelize(List.of(1), 1)
                            .foreachAsync(ignored -> HOG.get().call()));
                }
            }
        };
        spark.addSparkListener(listener);
        long begin = System.nanoTime();
        try {
            assertThatThrownBy(() ->
                            estimator(FaultyModel.afterPasses(0, 0, () -> {})).fit(texts()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(
                            "Cannot run 2 ranks at once: master local[2] has 2 slots, 1 of them busy after"
                                    + " 3 s. Ask for more executors or cores, end other jobs");
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMinutes(1));
        } finally {
            spark.removeSparkListener(listener);
            done.countDown();
            hog.get().get(1, TimeUnit.MINUTES);
        }
    }

    /** Eight seconds without a heartbeat would be too many. */
    @Test
    @Tag("slow")
    void whoTakesLongToHearOfAStepIsNotTakenForASilentRank() {
        MicsModel model = estimator(FaultyModel.afterPasses(0, 24, () -> sleep(500)))
                .setMaxSteps(12)
                .setCollectiveTimeout(3)
                .setStopWhen(step -> {
                    sleep(step.step() == 1 ? 12_000 : 0);
                    return false;
                })
                .fit(texts());

        assertThat(model.summary().describe()).containsEntry("attempts", 1);
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aThreadThatDoesNotEndIsNamedAsItCannotBeKilled() {
        AtomicBoolean stay = new AtomicBoolean(true);
        Runnable endless = () -> {
            while (stay.get()) {
                Thread.onSpinWait();
            }
        };
        try {
            assertThatThrownBy(() -> estimator(FaultyModel.afterPasses(IN_THE_THIRD_STEP, 1, endless))
                            .fit(texts()))
                    .isInstanceOf(IllegalStateException.class)
                    .message()
                    .contains(" has been in its own code for ")
                    .contains("Cannot run 2 ranks at once: master local[2] has 2 slots, 1 of them busy after 3 s.")
                    .contains("A task of the failed attempt does not end (task 1 of stage ")
                    .contains(": a thread of the driver cannot be killed, and holds its slot until its code returns.");
        } finally {
            stay.set(false);
        }
    }
}
