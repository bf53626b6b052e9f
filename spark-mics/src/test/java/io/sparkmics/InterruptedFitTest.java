package io.sparkmics;

import static io.sparkmics.SmallFit.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.scheduler.TaskSchedulerImpl;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who stops a fit stops all of it. Tasks run in this JVM, and Spark's scheduler counts them. */
class InterruptedFitTest {

    private static final int ENDLESS = 1_000_000;

    /** Tasks find it here. */
    private static volatile CountDownLatch reading;

    @TempDir
    Path folder;

    @TempDir
    Path others;

    private MicsEstimator estimator(int steps) {
        return SmallFit.estimator(folder, steps);
    }

    @Test
    void inTheMiddleOfTrainingItLeavesNoTaskNoFolderAndNoTraceInTheNextFit() throws Exception {
        double undisturbed = lastLoss();
        Fit fit = training();

        assertThat(fit.interrupted())
                .isInstanceOf(CancellationException.class)
                .message()
                .matches("Cannot finish the training: the thread in fit was interrupted, after step \\d+ of 1000000\\."
                        + " Its Spark jobs were cancelled, and none of its tasks runs any more\\. No weights were kept\\."
                        + " Call fit again to train from the first step\\.");
        assertThat(fit.staysInterrupted).isTrue();
        assertNothingIsLeft();
        assertThat(lastLoss()).isEqualTo(undisturbed);
    }

    /** A fit that has taken its first step, and has many before it. */
    private Fit training() throws InterruptedException {
        CountDownLatch stepping = new CountDownLatch(1);
        PrintStream standardError = System.err;
        System.setErr(noticing(Pattern.compile("step +\\d+ of"), stepping, standardError));
        try {
            Fit fit = new Fit(estimator(ENDLESS), texts());
            assertThat(stepping.await(2, TimeUnit.MINUTES)).isTrue();
            return fit;
        } finally {
            System.setErr(standardError);
        }
    }

    private double lastLoss() {
        return estimator(3)
                .setWorkDirectory(others.toString())
                .fit(texts())
                .summary()
                .lastLoss();
    }

    @Test
    void whileRowsAreCountedItEndsThatToo() throws Exception {
        reading = new CountDownLatch(1);
        MapFunction<String, String> slowly = text -> {
            reading.countDown();
            Thread.sleep(20);
            return text;
        };
        Dataset<Row> slow = texts().as(Encoders.STRING())
                .crossJoin(LocalSpark.session().range(10_000).toDF())
                .select("text")
                .as(Encoders.STRING())
                .map(slowly, Encoders.STRING())
                .toDF("text");
        Fit fit = new Fit(estimator(3), slow);
        assertThat(reading.await(2, TimeUnit.MINUTES)).isTrue();

        assertThat(fit.interrupted())
                .isInstanceOf(CancellationException.class)
                .hasMessage("Cannot finish the training: the thread in fit was interrupted, before its first step. Its"
                        + " Spark jobs were cancelled, and none of its tasks runs any more. No weights were kept. Call fit"
                        + " again to train from the first step.");
        assertThat(fit.staysInterrupted).isTrue();
        assertNothingIsLeft();
    }

    @Test
    void cancellingTheUsersJobGroupEndsTheFit() throws Exception {
        Fit fit = training();

        LocalSpark.session().sparkContext().cancelJobGroup("cell 7");

        assertThat(fit.failure())
                .isInstanceOf(CancellationException.class)
                .hasMessageContaining("cancelled part of cancelled job group cell 7");
        assertThat(fit.staysInterrupted).isFalse();
        assertNothingIsLeft();
    }

    @Test
    void aFitThatFailsByItselfLeavesNoTagOnTheThread() {
        assertThatThrownBy(() -> estimator(3).fit(texts().limit(0)))
                .hasMessageContaining("it has no documents to train on");
        assertThat(LocalSpark.session().sparkContext().getJobTags().nonEmpty()).isFalse();
        assertNothingIsLeft();
    }

    private void assertNothingIsLeft() {
        SparkContext spark = LocalSpark.session().sparkContext();
        assertThat(((TaskSchedulerImpl) spark.taskScheduler()).taskIdToTaskSetManager())
                .isEmpty();
        assertThat(folder).isEmptyDirectory();
    }

    /** A fit in a thread of its own, with a job group as notebooks have one. */
    private static final class Fit {

        private final Thread thread;
        private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
        private volatile boolean staysInterrupted;
        private volatile String groupAfterwards;
        private volatile boolean tagsAfterwards;

        Fit(MicsEstimator estimator, Dataset<Row> frame) {
            thread = new Thread(() -> run(estimator, frame), "fit");
            thread.start();
        }

        private void run(MicsEstimator estimator, Dataset<Row> frame) {
            SparkContext spark = LocalSpark.session().sparkContext();
            spark.setJobGroup("cell 7", "of a notebook", false);
            try {
                estimator.fit(frame);
                failure.complete(new AssertionError("the fit came to its end"));
            } catch (Throwable e) {
                staysInterrupted = Thread.interrupted();
                groupAfterwards = spark.getLocalProperty("spark.jobGroup.id");
                tagsAfterwards = spark.getJobTags().nonEmpty();
                failure.complete(e);
            }
        }

        Throwable interrupted() throws Exception {
            thread.interrupt();
            return failure();
        }

        Throwable failure() throws Exception {
            Throwable failed = failure.get(2, TimeUnit.MINUTES);
            assertThat(groupAfterwards).isEqualTo("cell 7");
            assertThat(tagsAfterwards).isFalse();
            return failed;
        }
    }

    private static PrintStream noticing(Pattern text, CountDownLatch latch, OutputStream out) {
        OutputStream noticing = new FilterOutputStream(out) {
            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                out.write(bytes, from, length);
                if (text.matcher(new String(bytes, from, length, StandardCharsets.UTF_8))
                        .find()) {
                    latch.countDown();
                }
            }
        };
        return new PrintStream(noticing, true, StandardCharsets.UTF_8);
    }
}
