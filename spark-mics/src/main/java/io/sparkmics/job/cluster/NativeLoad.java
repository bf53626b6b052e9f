package io.sparkmics.job.cluster;

import io.sparkmics.bootstrap.machine.Setting;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Loads native libraries, and learns what keeps it from that. In a thread of its own: an interrupt in the middle of it, as
 * Spark and notebooks send them, would spoil them for as long as the process lives.
 */
public final class NativeLoad {

    /** A gigabyte is extracted first where a host has never loaded them. */
    public static final Duration TIMEOUT = Duration.ofMinutes(5);

    private NativeLoad() {}

    /** @throws IllegalStateException with what to tell the user, where they cannot be loaded */
    public static void require(Runnable load) {
        problem(load, TIMEOUT).ifPresent(problem -> {
            throw new IllegalStateException(problem);
        });
    }

    /**
     * @param load loads them; what it throws is the problem. Goes on in a thread of its own where the time is over
     * @return what to tell the user; empty where they are loaded
     * @throws java.util.concurrent.CancellationException when the caller is interrupted, which it stays
     */
    public static Optional<String> problem(Runnable load, Duration timeout) {
        FutureTask<Void> loading = new FutureTask<>(load, null);
        Thread thread = new Thread(loading, "native-load");
        thread.setDaemon(true);
        thread.start();
        try {
            loading.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return Optional.empty();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            return Optional.of(
                    cause instanceof IllegalStateException
                            ? cause.getMessage()
                            : "Cannot load the native libraries: " + cause
                                    + ". Run the same jar on driver and executors.");
        } catch (TimeoutException e) {
            return Optional.of("Cannot load the native libraries: they are not there after " + timeout.toSeconds()
                    + " s. Set " + Setting.NATIVE_CACHE + " to a folder on a local disk.");
        } catch (InterruptedException e) {
            throw Interruption.whileLoading(e);
        }
    }
}
