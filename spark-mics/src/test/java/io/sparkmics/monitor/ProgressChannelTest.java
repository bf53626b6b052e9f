package io.sparkmics.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.VoidFunction;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ProgressChannelTest {

    /** Tasks of local mode share this process: here the test holds them until it has seen what it wants. */
    private static volatile CountDownLatch seen;

    /** What Spark has shown: since 4.1 its bar keeps the standard error that was there when Spark started. */
    private static final ByteArrayOutputStream SHOWN = new ByteArrayOutputStream();

    private static PrintStream standardError;
    private static JavaSparkContext spark;

    private final List<StepMetrics> arrived = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void startSpark() {
        // Its heartbeats are its own: a session that other tests have left cannot be shared.
        SparkSession.getDefaultSession().foreach(session -> {
            session.stop();
            return null;
        });
        standardError = System.err;
        System.setErr(new PrintStream(SHOWN, true, StandardCharsets.UTF_8));
        spark = new JavaSparkContext(new SparkConf()
                .setMaster("local[2]")
                .setAppName("progress")
                .set("spark.ui.enabled", "false")
                .set("spark.ui.showConsoleProgress", "true")
                .set("spark.executor.heartbeatInterval", "1s"));
    }

    @AfterAll
    static void stopSpark() {
        System.setErr(standardError);
        spark.stop();
    }

    @Test
    void stepsArriveWhileTheTaskRuns() throws Exception {
        try (ProgressChannel channel = ProgressChannel.open(spark.sc(), arrived::add)) {
            assertThat(channel).isInstanceOf(RpcProgressChannel.class);
            assertArrivesWhileTheTaskRuns(channel);
        }
        assertThat(arrived).isEqualTo(Curves.ofAGpt(200));
    }

    @Test
    void stepsArriveThroughAnAccumulatorToo() throws Exception {
        try (ProgressChannel channel = accumulator(arrived::add)) {
            assertArrivesWhileTheTaskRuns(channel);
        }
        assertThat(arrived).isEqualTo(Curves.ofAGpt(200));
    }

    @Test
    void aTaskThatIsShorterThanAHeartbeatLosesNothing() {
        for (int run = 0; run < 20; run++) {
            arrived.clear();
            try (ProgressChannel channel = ProgressChannel.open(spark.sc(), arrived::add)) {
                run(channel.sender());
            }
            assertThat(arrived).isEqualTo(Curves.ofAGpt(200));

            arrived.clear();
            try (ProgressChannel channel = accumulator(arrived::add)) {
                run(channel.sender());
            }
            assertThat(arrived).isEqualTo(Curves.ofAGpt(200));
        }
    }

    @Test
    void aListenerThatThrowsDoesNotDisturbTheTaskAndSeesTheNextStep() {
        Consumer<StepMetrics> troubled = step -> {
            arrived.add(step);
            throw new IllegalStateException("no disk");
        };
        try (ProgressChannel channel = ProgressChannel.open(spark.sc(), troubled)) {
            run(channel.sender());
        }
        assertThat(arrived).isEqualTo(Curves.ofAGpt(200));
    }

    @Test
    void aTaskThatOutlivesTheChannelIsNotDisturbed() {
        ProgressSender sender;
        try (ProgressChannel channel = ProgressChannel.open(spark.sc(), arrived::add)) {
            sender = channel.sender();
        }
        List<Throwable> uncaught = new CopyOnWriteArrayList<>();
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> uncaught.add(e));
        try {
            run(sender);
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(null);
        }

        assertThat(arrived).isEmpty();
        assertThat(uncaught).isEmpty();
    }

    @Test
    void sparksOwnBarMakesRoom() throws Exception {
        SHOWN.reset();
        seen = new CountDownLatch(1);
        try {
            JavaFutureAction<Void> job =
                    spark.parallelize(List.of(0, 1), 2).foreachPartitionAsync(ranks -> seen.await());
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> SHOWN.toString(StandardCharsets.UTF_8).contains("[Stage"));
            try (SparkProgressBar hidden = SparkProgressBar.hide(spark.sc())) {
                assertThat(SHOWN.toString(StandardCharsets.UTF_8)).matches("(?s).*\\[Stage[^\r]*\r+ +\r");
            }
            seen.countDown();
            job.get();
        } finally {
            seen.countDown();
        }
    }

    @Test
    void channelsDoNotHearEachOther() {
        List<StepMetrics> others = new CopyOnWriteArrayList<>();
        try (ProgressChannel other = ProgressChannel.open(spark.sc(), others::add);
                ProgressChannel channel = ProgressChannel.open(spark.sc(), arrived::add)) {
            run(channel.sender());
        }
        assertThat(others).isEmpty();
        assertThat(arrived).hasSize(200);
    }

    private void assertArrivesWhileTheTaskRuns(ProgressChannel channel) throws Exception {
        seen = new CountDownLatch(1);
        ProgressSender sender = channel.sender();
        JavaFutureAction<Void> job = spark.parallelize(List.of(0, 1), 2).foreachPartitionAsync(train(sender));
        await().atMost(Duration.ofSeconds(30)).until(() -> arrived.size() == 200);
        assertThat(job.isDone()).isFalse();
        seen.countDown();
        job.get();
    }

    private void run(ProgressSender sender) {
        seen = new CountDownLatch(0);
        spark.parallelize(List.of(0, 1), 2).foreachPartition(train(sender));
    }

    private static VoidFunction<java.util.Iterator<Integer>> train(ProgressSender sender) {
        return ranks -> {
            if (ranks.next() == 0) {
                Curves.ofAGpt(200).forEach(sender::send);
                sender.flush(Duration.ofSeconds(10));
                seen.await();
            }
        };
    }

    private static ProgressChannel accumulator(Consumer<StepMetrics> listener) {
        return new AccumulatorProgressChannel(spark.sc(), "progress", new LineReader(listener));
    }
}
