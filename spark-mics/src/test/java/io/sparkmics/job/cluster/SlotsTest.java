package io.sparkmics.job.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.LocalSpark;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.resource.ResourceProfile;
import org.junit.jupiter.api.Test;

class SlotsTest {

    /** Tasks run in this JVM and find it here. */
    private static final AtomicReference<Callable<Boolean>> BUSY = new AtomicReference<>();

    private final List<String> notices = new ArrayList<>();

    @Test
    void threadsThatAreNotThereAreNotWaitedFor() {
        SparkContext spark = LocalSpark.session().sparkContext();

        assertThatThrownBy(() -> Slots.await(spark, any(spark), 3, Duration.ofSeconds(1), notices::add))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Cannot run 3 ranks at once: master local[2] has 2 slots. "
                        + "Set numWorkers to at most 2, or the master to local[3].");
        assertThat(notices).isEmpty();
    }

    @Test
    void asManyAsThereAreWillDo() {
        SparkContext spark = LocalSpark.session().sparkContext();

        Slots.await(spark, any(spark), 2, Duration.ofMinutes(1), notices::add);

        assertThat(notices).isEmpty();
    }

    @Test
    void anInterruptFromBeforeCountsWhereNothingNeedsToBeWaitedFor() {
        SparkContext spark = LocalSpark.session().sparkContext();

        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> Slots.await(spark, any(spark), 2, Duration.ofMinutes(1), notices::add))
                .isInstanceOf(CancellationException.class)
                .hasMessageStartingWith("Cannot wait for slots: the thread in fit was interrupted.");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void slotsThatAreBusyAreWaitedForAndCounted() throws Exception {
        SparkContext spark = LocalSpark.session().sparkContext();
        CountDownLatch done = new CountDownLatch(1);
        JavaFutureAction<?> job = busyUntil(done);

        assertThatThrownBy(() -> Slots.await(spark, any(spark), 2, Duration.ofSeconds(1), notices::add))
                .hasMessage("Cannot run 2 ranks at once: master local[2] has 2 slots, 1 of them busy after 1 s. "
                        + "Ask for more executors or cores, end other jobs, lower numWorkers, or raise slotTimeout.");
        assertThat(notices).containsExactly("Waiting for 2 slots: 2 there, 1 of them busy.");
        done.countDown();
        job.get(1, TimeUnit.MINUTES);
        // Spark notices a little later; the next test must not.
        Slots.await(spark, any(spark), 2, Duration.ofMinutes(1), notices::add);
    }

    @Test
    void anInterruptEndsTheWaitAndIsKept() throws Exception {
        SparkContext spark = LocalSpark.session().sparkContext();
        CountDownLatch done = new CountDownLatch(1);
        JavaFutureAction<?> job = busyUntil(done);

        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> Slots.await(spark, any(spark), 2, Duration.ofMinutes(1), notices::add))
                .isInstanceOf(CancellationException.class)
                .hasMessage("Cannot wait for slots: the thread in fit was interrupted. Nothing was started. Call fit"
                        + " again to train.");
        assertThat(Thread.interrupted()).isTrue();
        done.countDown();
        job.get(1, TimeUnit.MINUTES);
        Slots.await(spark, any(spark), 2, Duration.ofMinutes(1), notices::add);
    }

    /** A job whose one task runs already. */
    private static JavaFutureAction<?> busyUntil(CountDownLatch done) throws InterruptedException {
        CountDownLatch running = new CountDownLatch(1);
        BUSY.set(() -> {
            running.countDown();
            return done.await(3, TimeUnit.MINUTES);
        });
        JavaFutureAction<?> job = JavaSparkContext.fromSparkContext(
                        LocalSpark.session().sparkContext())
                .parallelize(List.of(1), 1)
                .foreachAsync(ignored -> BUSY.get().call());
        assertThat(running.await(1, TimeUnit.MINUTES)).isTrue();
        return job;
    }

    private static ResourceProfile any(SparkContext spark) {
        return spark.resourceProfileManager().defaultResourceProfile();
    }
}
