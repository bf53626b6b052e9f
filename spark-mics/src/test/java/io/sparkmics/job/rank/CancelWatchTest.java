package io.sparkmics.job.rank;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.UninterruptibleWait;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CancelWatchTest {

    @Test
    void aCancelledTaskIsAbortedOnceFromBeside() throws InterruptedException {
        AtomicBoolean cancelled = new AtomicBoolean();
        AtomicInteger aborts = new AtomicInteger();
        CountDownLatch aborted = new CountDownLatch(1);
        try (CancelWatch watch = new CancelWatch(cancelled::get, () -> {
            aborts.incrementAndGet();
            aborted.countDown();
        })) {
            assertThat(aborts.get()).isZero();
            cancelled.set(true);
            // As a thread in native code would: it looks at nothing else.
            assertThat(aborted.await(1, TimeUnit.MINUTES)).isTrue();
        }
        assertThat(aborts.get()).isOne();
    }

    @Test
    void aTaskThatHasEndedIsNotAborted() throws Exception {
        AtomicBoolean cancelled = new AtomicBoolean();
        AtomicInteger aborts = new AtomicInteger();
        CompletableFuture<Thread> watching = new CompletableFuture<>();
        CancelWatch watch = new CancelWatch(
                () -> {
                    watching.complete(Thread.currentThread());
                    return cancelled.get();
                },
                aborts::incrementAndGet);
        Thread thread = watching.get(1, TimeUnit.MINUTES);
        watch.close();
        assertThat(thread.isAlive()).isFalse();
        cancelled.set(true);
        watch.close();
        assertThat(aborts.get()).isZero();
    }

    /** Native memory is freed behind it, and whoever cancels a job interrupts its tasks too. */
    @Test
    void anInterruptedTaskWaitsForTheAbortAllTheSame() throws InterruptedException {
        CountDownLatch aborting = new CountDownLatch(1);
        CountDownLatch closing = new CountDownLatch(1);
        AtomicBoolean aborted = new AtomicBoolean();
        CancelWatch watch = new CancelWatch(() -> true, () -> {
            aborting.countDown();
            awaitUninterruptibly(closing);
            aborted.set(true);
        });
        assertThat(aborting.await(1, TimeUnit.MINUTES)).isTrue();
        Thread task = Thread.currentThread();
        Thread letGo = new Thread(() -> {
            while (task.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            closing.countDown();
        });
        letGo.setDaemon(true);
        letGo.start();

        task.interrupt();
        watch.close();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(aborted).isTrue();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        UninterruptibleWait.within(60_000, millis -> latch.await(millis, TimeUnit.MILLISECONDS));
    }
}
