package io.sparkmics.bootstrap.meeting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.bootstrap.Bootstrap;
import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.deadline.CommunicationException;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.deadline.PeerException;
import io.sparkmics.bootstrap.deadline.UninterruptibleWait;
import io.sparkmics.bootstrap.gloo.GlooTransport;
import io.sparkmics.bootstrap.groups.GroupKind;
import io.sparkmics.bootstrap.groups.Place;
import io.sparkmics.bootstrap.machine.Threads;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;

class BarrierExchangeTest {

    @Test
    void tasksOfABarrierStageMeetThroughSpark() {
        assertThat(barrierStage(3, new Meeting()))
                .containsExactly("rank 0 of 3, sum 6.0", "rank 1 of 3, sum 6.0", "rank 2 of 3, sum 6.0");
    }

    @Test
    void aTaskThatDoesNotComeFailsTheOthersAtTheDeadline() {
        assertThat(barrierStage(2, new Absence()))
                .containsExactly(
                        "Cannot meet the other 1 rank: this one waited PT2S and not all of them came. Look at the"
                                + " tasks of this stage in Spark's UI: for the first error of those that failed, or for"
                                + " one that still reads its rows.",
                        "never came");
    }

    /** As Spark cancels the tasks of a stage whose shuffle was lost: no interrupt wakes them. */
    @Test
    void aCancelledTaskStopsWaitingWithoutAnInterrupt() throws Exception {
        Thread cancelling = new Thread(() -> {
            awaitUninterruptibly(Cancelled.MEETING);
            SparkContext.getOrCreate().cancelAllJobs();
        });
        cancelling.setDaemon(true);
        cancelling.start();

        assertThatThrownBy(() -> barrierStage(2, new Cancelled())).hasMessageContaining("cancelled");

        assertThat(Cancelled.MESSAGE.get(1, TimeUnit.MINUTES))
                .isEqualTo("Cannot meet the other 1 rank: the task was cancelled.");
    }

    @Test
    void theHostIsWhatStandsBeforeThePort() {
        assertThat(BarrierExchange.host("node-1:41234")).isEqualTo("node-1");
        assertThat(BarrierExchange.host("node-1")).isEqualTo("node-1");
        assertThat(BarrierExchange.host("10.0.0.1:41234")).isEqualTo("10.0.0.1");
        assertThat(BarrierExchange.host("[fd00::2]:41234")).isEqualTo("[fd00::2]");
        assertThat(BarrierExchange.host("[fe80::1%eth0]:41234")).isEqualTo("[fe80::1%eth0]");
        assertThat(BarrierExchange.host("[fd00::2]")).isEqualTo("[fd00::2]");
        assertThat(BarrierExchange.host("fd00::2")).isEqualTo("fd00::2");
    }

    @Test
    void aTaskThatSparkGaveNoGpuHasNone() {
        assertThat(barrierStage(1, new Wish())[0])
                .startsWith("Cannot choose the GPU of partition 0 on ")
                .endsWith(": Spark gave it none, and a rank computes on one. Set spark.task.resource.gpu.amount to 1.");
    }

    @Test
    void aTaskThatSparkGaveSeveralGpusIsRefusedByName() {
        Place place = new Place(3, "a", "b", Optional.empty());

        assertThat(BarrierExchange.only(place, List.of("7"))).isEqualTo("7");
        assertThatThrownBy(() -> BarrierExchange.only(place, List.of("4", "5")))
                .hasMessage(
                        "Cannot choose the GPU of partition 3 on a (node b): Spark gave it 2 (4, 5), and a rank computes"
                                + " on one. Set spark.task.resource.gpu.amount to 1.");
    }

    private static String[] barrierStage(int tasks, AbstractFunction1<Iterator<Integer>, Iterator<String>> body) {
        SparkConf conf = new SparkConf()
                .setMaster("local[" + tasks + "]")
                .setAppName("exchange")
                .set("spark.ui.enabled", "false");
        try (JavaSparkContext spark = new JavaSparkContext(conf)) {
            List<Integer> numbers = IntStream.range(0, tasks).boxed().toList();
            Object results = spark.parallelize(numbers, tasks)
                    .rdd()
                    .barrier()
                    .mapPartitions(body, false, ClassTag$.MODULE$.apply(String.class))
                    .collect();
            return (String[]) results;
        }
    }

    private static Iterator<String> result(String result) {
        return CollectionConverters.asScala(Stream.of(result).iterator());
    }

    /** Asks for a GPU. */
    private static final class Wish extends AbstractFunction1<Iterator<Integer>, Iterator<String>>
            implements Serializable {

        private static final long serialVersionUID = 1L;

        @Override
        public Iterator<String> apply(Iterator<Integer> rows) {
            try {
                return result(new BarrierExchange(BarrierTaskContext.get(), Duration.ofSeconds(2)).gpu());
            } catch (IllegalStateException e) {
                return result(e.getMessage());
            }
        }
    }

    /** Task 1 stays away until task 0 has failed. */
    private static final class Absence extends AbstractFunction1<Iterator<Integer>, Iterator<String>>
            implements Serializable {

        private static final long serialVersionUID = 1L;
        private static final CountDownLatch FAILED = new CountDownLatch(1);

        @Override
        public Iterator<String> apply(Iterator<Integer> rows) {
            BarrierExchange exchange = new BarrierExchange(BarrierTaskContext.get(), Duration.ofSeconds(2));
            if (exchange.partitionId() == 1) {
                return result(failed() ? "never came" : "waited in vain");
            }
            try {
                return result(exchange.exchange(new byte[1]).size() + " met");
            } catch (CommunicationException e) {
                return result(e.getMessage());
            } finally {
                FAILED.countDown();
            }
        }

        private static boolean failed() {
            try {
                return FAILED.await(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted", e);
            }
        }
    }

    /** Task 1 stays away until task 0 has failed; their job is cancelled while task 0 waits. */
    private static final class Cancelled extends AbstractFunction1<Iterator<Integer>, Iterator<String>>
            implements Serializable {

        private static final long serialVersionUID = 1L;
        private static final CountDownLatch MEETING = new CountDownLatch(1);
        private static final CompletableFuture<String> MESSAGE = new CompletableFuture<>();

        @Override
        public Iterator<String> apply(Iterator<Integer> rows) {
            BarrierExchange exchange = new BarrierExchange(BarrierTaskContext.get(), Duration.ofMinutes(10));
            if (exchange.partitionId() == 1) {
                return result(MESSAGE.join());
            }
            try {
                MEETING.countDown();
                return result(exchange.exchange(new byte[1]).size() + " met");
            } catch (PeerException e) {
                MESSAGE.complete(e.getMessage());
                throw e;
            }
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        UninterruptibleWait.within(60_000, millis -> latch.await(millis, TimeUnit.MILLISECONDS));
    }

    /** What each task does. */
    private static final class Meeting extends AbstractFunction1<Iterator<Integer>, Iterator<String>>
            implements Serializable {

        private static final long serialVersionUID = 1L;

        @Override
        public Iterator<String> apply(Iterator<Integer> rows) {
            Threads.hold(1);
            BarrierExchange exchange = new BarrierExchange(BarrierTaskContext.get(), Duration.ofMinutes(1));
            try (RankContext rank = Bootstrap.join(
                            exchange,
                            exchange.place(),
                            GlooTransport.onHost(),
                            new byte[0],
                            CommunicationSettings.of(3));
                    Tensor tensor = torch.tensor(rank.rank() + 1.0)) {
                rank.communicator(GroupKind.PARTITION).allReduce(tensor).await();
                return result("rank " + rank.rank() + " of " + rank.worldSize() + ", sum " + tensor.item_double());
            }
        }
    }
}
