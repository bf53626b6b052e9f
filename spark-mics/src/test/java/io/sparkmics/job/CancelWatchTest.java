package io.sparkmics.job;

import static org.assertj.core.api.Assertions.assertThat;

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
}
