package io.sparkmics.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.VoidFunction;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class RankChannelTest {

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
        try (RankChannel channel = open(arrived::add)) {
            assertThat(channel).isInstanceOf(RpcRankChannel.class);
            assertArrivesWhileTheTaskRuns(channel);
        }
        assertThat(arrived).isEqualTo(Curves.ofAGpt(200));
    }

    @Test
    void stepsArriveThroughAnAccumulatorToo() throws Exception {
        try (RankChannel channel = accumulator(arrived::add)) {
            assertArrivesWhileTheTaskRuns(channel);
        }
        assertThat(arrived).isEqualTo(Curves.ofAGpt(200));
    }

    @Test
    void aTaskThatIsShorterThanAHeartbeatLosesNothing() {
        for (int run = 0; run < 20; run++) {
            arrived.clear();
            try (RankChannel channel = open(arrived::add)) {
                run(channel.begin(0));
            }
            assertThat(arrived).isEqualTo(Curves.ofAGpt(200));

            arrived.clear();
            try (RankChannel channel = accumulator(arrived::add)) {
                run(channel.begin(0));
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
        try (RankChannel channel = open(troubled)) {
            run(channel.begin(0));
        }
        assertThat(arrived).isEqualTo(Curves.ofAGpt(200));
    }

    @Test
    void aTaskThatOutlivesTheChannelIsNotDisturbed() {
        RankSender sender;
        try (RankChannel channel = open(arrived::add)) {
            sender = channel.begin(0);
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
    void whatComesLateFindsAChannelThatHearsNothingAnyMore() throws Exception {
        try (RankChannel channel = new RpcRankChannel("a-channel", new MessageReader(steps(arrived::add)))) {
            run(channel.begin(0));
        }
        SparkRpc.Driver late = SparkRpc.connect("a-channel");
        String step = "0 step " + Curves.ofAGpt(12).get(11).toJson();
        late.send(step);
        assertThat(late.ask(step, Duration.ofSeconds(60)).toCompletableFuture().get(60, TimeUnit.SECONDS))
                .isFalse();
        assertThat(arrived).isEqualTo(Curves.ofAGpt(200));
    }

    /** Ten seconds later: a rank that was not heard once may be taken for frozen. */
    @Test
    @Tag("slow")
    void whoHasFoundNobodyTriesAgain() {
        RankSender sender = new RpcRankSender("opened-later", 0);
        sender.send(Curves.ofAGpt(8).get(0));
        sender.flush(Duration.ofSeconds(60));
        try (RankChannel channel = new RpcRankChannel("opened-later", new MessageReader(steps(arrived::add)))) {
            channel.begin(0);
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                sender.send(Curves.ofAGpt(8).get(1));
                return !arrived.isEmpty();
            });
        }
        assertThat(arrived)
                .contains(Curves.ofAGpt(8).get(1))
                .doesNotContain(Curves.ofAGpt(8).get(0));
    }

    @Test
    void whoAsksIsToldWhetherItWasTakenBehindAllThatWasSentBefore() {
        List<String> failures = new CopyOnWriteArrayList<>();
        Map<String, Consumer<String>> listeners = Map.of(
                "step",
                StepMetrics.reader(arrived::add),
                "failure",
                failure -> failures.add(arrived.size() + failure),
                "checkpoint",
                checkpoint -> {
                    throw new IllegalStateException("no disk");
                });
        try (RankChannel channel = RankChannel.open(spark.sc(), listeners)) {
            RankSender sender = channel.begin(3);
            assertThat(inATask(sender, "failure", " {\"rank\": 1}\n")).isTrue();
            assertThat(inATask(sender, "checkpoint", "{}")).isFalse();
            assertThat(inATask(sender, "nobody", "{}")).isFalse();
        }
        assertThat(failures).containsExactly("8 {\"rank\": 1}\n");
    }

    @Test
    void ofAnAttemptThatIsOverNothingIsHeard() {
        for (boolean rpc : new boolean[] {true, false}) {
            arrived.clear();
            try (RankChannel channel = rpc ? open(arrived::add) : accumulator(arrived::add)) {
                RankSender first = channel.begin(0);
                RankSender second = channel.begin(1);
                assertThat(inATask(first, "step", Curves.ofAGpt(12).get(11).toJson()))
                        .isFalse();
                run(second);
            }
            assertThat(arrived).isEqualTo(Curves.ofAGpt(200));
        }
    }

    @Test
    void whoAsksThroughAnAccumulatorIsToldNothingThoughItIsHeard() {
        try (RankChannel channel = accumulator(arrived::add)) {
            assertThat(inATask(
                            channel.begin(0), "step", Curves.ofAGpt(12).get(11).toJson()))
                    .isFalse();
        }
        assertThat(arrived).hasSize(9);
    }

    @Test
    void whoAsksNobodyGetsAnAnswerWithinTheTimeout() {
        RankSender sender;
        try (RankChannel channel = open(arrived::add)) {
            sender = channel.begin(0);
        }
        assertThat(inATask(sender, "step", "{}")).isFalse();
    }

    @Test
    void whoAsksADriverThatIsBusyWaitsNoLongerThanItsTimeout() {
        CountDownLatch asked = new CountDownLatch(1);
        Consumer<StepMetrics> slow = step -> {
            try {
                asked.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        try (RankChannel channel = open(slow)) {
            RankSender sender = channel.begin(0);
            long begin = System.nanoTime();
            assertThat(sender.ask("step", Curves.ofAGpt(8).get(0).toJson(), Duration.ofMillis(300)))
                    .isFalse();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
            Thread.currentThread().interrupt();
            assertThat(sender.ask("step", "{}", Duration.ofSeconds(60))).isFalse();
            assertThat(Thread.interrupted()).isTrue();
            asked.countDown();
        }
    }

    /** Sends eight steps, then asks. */
    private static boolean inATask(RankSender sender, String kind, String json) {
        return spark.parallelize(List.of(0), 1)
                .map(rank -> {
                    Curves.ofAGpt(8).forEach(sender::send);
                    return sender.ask(kind, json, Duration.ofSeconds(10));
                })
                .collect()
                .get(0);
    }

    @Test
    void aMessageIsTextWithAnAttemptAndAKind() {
        RankMessage message = new RankMessage(12, "failure", "{\"a\": \"b c\"}");
        assertThat(message.text()).isEqualTo("12 failure {\"a\": \"b c\"}");
        assertThat(RankMessage.of(message.text())).isEqualTo(message);
        for (String text : List.of("", "failure {}", "-1 failure {}", "0 Failure {}", "99999999999 failure {}")) {
            assertThatThrownBy(() -> RankMessage.of(text))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Cannot read a message of a rank: it has no attempt and kind.");
        }
        assertThatThrownBy(() -> new RankMessage(0, "two words", "{}"))
                .hasMessage(
                        "Cannot tell the driver 'two words' of attempt 0: attempts count from 0, and a kind is a word"
                                + " of small letters.");
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
        try (RankChannel other = open(others::add);
                RankChannel channel = open(arrived::add)) {
            other.begin(0);
            run(channel.begin(0));
        }
        assertThat(others).isEmpty();
        assertThat(arrived).hasSize(200);
    }

    private void assertArrivesWhileTheTaskRuns(RankChannel channel) throws Exception {
        seen = new CountDownLatch(1);
        RankSender sender = channel.begin(0);
        JavaFutureAction<Void> job = spark.parallelize(List.of(0, 1), 2).foreachPartitionAsync(train(sender));
        await().atMost(Duration.ofSeconds(30)).until(() -> arrived.size() == 200);
        assertThat(job.isDone()).isFalse();
        seen.countDown();
        job.get();
    }

    private void run(RankSender sender) {
        seen = new CountDownLatch(0);
        spark.parallelize(List.of(0, 1), 2).foreachPartition(train(sender));
    }

    private static VoidFunction<java.util.Iterator<Integer>> train(RankSender sender) {
        return ranks -> {
            if (ranks.next() == 0) {
                Curves.ofAGpt(200).forEach(sender::send);
                sender.flush(Duration.ofSeconds(10));
                seen.await();
            }
        };
    }

    private static Map<String, Consumer<String>> steps(Consumer<StepMetrics> listener) {
        return Map.of("step", StepMetrics.reader(listener));
    }

    private static RankChannel open(Consumer<StepMetrics> listener) {
        return RankChannel.open(spark.sc(), steps(listener));
    }

    private static RankChannel accumulator(Consumer<StepMetrics> listener) {
        return new AccumulatorRankChannel(spark.sc(), "ranks", new MessageReader(steps(listener)));
    }
}
