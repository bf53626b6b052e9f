package io.sparkmics.job.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.bootstrap.machine.NativeLibraries;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NativeLoadTest {

    @Test
    void whatLoadsIsNoProblem() {
        assertThat(NativeLoad.problem(NativeLibraries::load, NativeLoad.TIMEOUT))
                .isEmpty();
    }

    @Test
    void whatTheLibrariesSayOfThemselvesIsPassedOnAndWhatJavaSaysIsExplained() {
        assertThat(NativeLoad.problem(
                        () -> {
                            throw new IllegalStateException("Cannot load libtorch: it is mounted noexec.");
                        },
                        NativeLoad.TIMEOUT))
                .hasValue("Cannot load libtorch: it is mounted noexec.");
        assertThat(NativeLoad.problem(
                        () -> {
                            throw new NoClassDefFoundError("org/bytedeco/pytorch/Tensor");
                        },
                        NativeLoad.TIMEOUT))
                .hasValue("Cannot load the native libraries: java.lang.NoClassDefFoundError:"
                        + " org/bytedeco/pytorch/Tensor. Run the same jar on driver and executors.");
    }

    @Test
    void anInterruptReachesWhoWaitsAndNotWhatLoads() throws Exception {
        CompletableFuture<Boolean> loaded = new CompletableFuture<>();
        CountDownLatch interrupted = new CountDownLatch(1);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> NativeLoad.problem(
                        () -> {
                            try {
                                loaded.complete(interrupted.await(1, TimeUnit.MINUTES));
                            } catch (InterruptedException e) {
                                loaded.completeExceptionally(e);
                            }
                        },
                        NativeLoad.TIMEOUT))
                .isInstanceOf(CancellationException.class)
                .hasMessage("Cannot load the native libraries: the thread that waits for them was interrupted. Call fit"
                        + " again to train.");
        assertThat(Thread.interrupted()).isTrue();
        interrupted.countDown();
        assertThat(loaded.get(1, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void aFileSystemThatDoesNotAnswerIsNotWaitedForWithoutEnd() {
        CountDownLatch never = new CountDownLatch(1);
        assertThat(NativeLoad.problem(
                        () -> {
                            try {
                                never.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        Duration.ofMillis(1)))
                .hasValue(
                        "Cannot load the native libraries: they are not there after 0 s. Set spark.mics.native.cache or"
                                + " SPARK_MICS_NATIVE_CACHE to a folder on a local disk.");
        never.countDown();
    }
}
