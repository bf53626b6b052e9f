package io.sparkmics;

import static io.sparkmics.SmallFit.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.checkpoint.CheckpointDirectory;
import io.sparkmics.checkpoint.CheckpointFolder;
import io.sparkmics.checkpoint.manifest.CheckpointId;
import io.sparkmics.monitor.StepMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fits that write checkpoints and go on from them, where ranks are threads. */
class CheckpointedFitTest {

    /** A step has two micro-steps. */
    private static final int IN_THE_FOURTH_STEP = 6;

    private static final int MANY = 5000;

    @TempDir
    Path folder;

    @TempDir
    Path checkpoints;

    private MicsEstimator estimator(int steps) {
        return SmallFit.estimator(folder, steps)
                .setModel(FaultyModel.afterPasses(0, 0, () -> {}))
                .setWarmUpSteps(0)
                .setCheckpointInterval(1)
                .setCheckpointDirectory(checkpoints.toString());
    }

    private CheckpointDirectory directory() {
        return new CheckpointDirectory(new org.apache.hadoop.fs.Path(checkpoints.toUri()), new Configuration());
    }

    private List<Long> steps() {
        return directory().committed().stream()
                .map(checkpoint -> checkpoint.id().orElseThrow())
                .map(CheckpointId::step)
                .toList();
    }

    private static List<Double> losses(MicsModel model) {
        return model.training().history().stream().map(StepMetrics::loss).toList();
    }

    @Test
    void afterAFailureTrainingGoesOnFromTheNewestCheckpointToTheSameEnd() {
        List<Double> undisturbed = losses(SmallFit.estimator(folder, 4)
                .setModel(FaultyModel.afterPasses(0, 0, () -> {}))
                .setWarmUpSteps(0)
                .fit(texts()));
        MicsModel model = estimator(4)
                .setModel(FaultyModel.afterPasses(IN_THE_FOURTH_STEP, 1, () -> {
                    throw new IllegalStateException("this stage is broken");
                }))
                .fit(texts());

        assertThat(losses(model)).isEqualTo(undisturbed);
        assertThat(steps()).startsWith(4L).hasSizeLessThanOrEqualTo(2);
        assertThat(directory().latest().orElseThrow().id().orElseThrow().attempt())
                .isEqualTo(1);
        assertThat(model.summary().describe())
                .containsEntry("attempts", 2)
                .containsKey("checkpoints")
                .doesNotContainKey("resumedFrom");
    }

    @Test
    void aRunThatEndedIsGoneOnWithAndComparedFirst() {
        estimator(2).fit(texts());
        CheckpointFolder latest = directory().latest().orElseThrow();

        assertThatThrownBy(() -> estimator(4)
                        .setSeed(7)
                        .setGlobalBatchSize(2)
                        .setOptimizer("sgd")
                        .setResumeFrom("latest")
                        .fit(texts()))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .contains("Cannot go on from " + latest.path() + ": its seed is ")
                .contains("and seed is 7. Set seed to ")
                .contains(": its globalBatchSize is 4, and globalBatchSize is 2. Set globalBatchSize to 4, or leave"
                        + " resumeFrom empty to begin with new parameters.")
                .contains(": its optimizer is adamw, and optimizer is sgd.");
        assertThatThrownBy(() -> estimator(4).setResumeFrom("latest").fit(texts().limit(19)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("it was trained on other data");

        MicsModel model = estimator(4).setResumeFrom(latest.path().toString()).fit(texts());
        assertThat(model.training().history()).extracting(StepMetrics::step).containsExactly(1L, 2L, 3L, 4L);
        assertThat(model.summary().describe()).containsKey("resumedFrom").containsEntry("attempts", 1);
        assertThat(steps()).startsWith(4L);
    }

    @Test
    void whereAllStepsAreDoneOnlySavingIsLeft() {
        MicsModel first = estimator(3).fit(texts());
        MicsModel again = estimator(3).setResumeFrom("latest").fit(texts());
        assertThat(losses(again)).isEqualTo(losses(first));
        assertThat(again.summary().finalLoss()).isEqualTo(first.summary().finalLoss());
        assertThatThrownBy(() -> estimator(2).setResumeFrom("latest").fit(texts()))
                .hasMessageContaining("3 steps are done, and the run has 2.");
    }

    @Test
    void whatIsGivenUpSaysFromWhereToGoOn() {
        assertThatThrownBy(() -> estimator(4)
                        .setMaxRestarts(0)
                        .setModel(FaultyModel.afterPasses(IN_THE_FOURTH_STEP, 1, () -> {
                            throw new IllegalStateException("this stage is broken");
                        }))
                        .fit(texts()))
                .message()
                .containsPattern("The last good checkpoint is (file:\\S+step-\\d+-[0-9a-f]{12}-0): go on from it with"
                        + " resumeFrom=\\1\\.");
    }

    @Test
    void aFileEndsTheRunWithItsResultWhichCanBeGoneOnFrom() throws Exception {
        Path file = folder.resolve("enough");
        MicsEstimator estimator = estimator(MANY).setCheckpointInterval(1000).setStopWhen(file.toString());
        MicsModel model = estimator.fit(texts(), step -> {
            if (step.step() == 3) {
                write(file);
            }
        });

        int done = model.training().history().size();
        assertThat(done).isBetween(3, MANY - 1);
        assertThat(model.summary().steps()).isEqualTo(done);
        assertThat(steps()).startsWith((long) done);
        assertThatThrownBy(() -> estimator.fit(texts()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot end the run when " + file
                        + " comes: it is there already. Delete it, or set stopWhen to another path.");
    }

    private static void write(Path file) {
        try {
            Files.createFile(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void whoIsInterruptedSavesALastCheckpointAndSaysWhereItIs() throws Exception {
        CountDownLatch stepping = new CountDownLatch(1);
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        AtomicLong last = new AtomicLong();
        MicsEstimator estimator = estimator(MANY).setCheckpointInterval(1000);
        Thread thread = new Thread(() -> {
            try {
                estimator.fit(texts(), step -> {
                    last.set(step.step());
                    stepping.countDown();
                });
                failure.complete(new AssertionError("the fit came to its end"));
            } catch (Throwable e) {
                failure.complete(e);
            }
        });
        thread.start();
        assertThat(stepping.await(2, TimeUnit.MINUTES)).isTrue();
        long before = last.get();
        thread.interrupt();

        assertThat(failure.get(2, TimeUnit.MINUTES))
                .isInstanceOf(CancellationException.class)
                .message()
                .contains("the thread in fit was interrupted, after step ")
                .contains(" The last good checkpoint is "
                        + directory().latest().orElseThrow().path());
        assertThat(steps().get(0)).isGreaterThanOrEqualTo(before);
    }
}
