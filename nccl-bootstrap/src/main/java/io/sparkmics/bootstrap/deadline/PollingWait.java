package io.sparkmics.bootstrap.deadline;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * Waits for what happens elsewhere, until a deadline, trouble, a cancelled task or an interrupt, which is kept. The longer a wait
 * lasts, the rarer it looks whether it is in vain: a rank that waits for a slow link should leave the processor to others.
 */
public final class PollingWait {

    private static final long SHORTEST_MILLIS = 5;
    private static final long LONGEST_MILLIS = 100;

    /** Of the time that was waited: so much later trouble is seen. */
    private static final int PART = 10;

    private PollingWait() {}

    /** Something that will be over some time. */
    @FunctionalInterface
    public interface Wait {

        /** Waits so long at most, less where polling costs little. True: it is over. */
        boolean within(long millis) throws InterruptedException;
    }

    /**
     * @param trouble asked between two polls: why the wait is in vain; empty while it is not
     * @param failure makes the error of a wait that ended badly, of the reason and its cause, which may be null; a {@link
     *     TimeoutException} where the deadline has passed
     */
    public static void await(
            Wait wait,
            CommunicationSettings settings,
            Supplier<Optional<String>> trouble,
            BiFunction<String, Throwable, CommunicationException> failure) {
        Duration timeout = settings.currentTimeout();
        long begin = System.nanoTime();
        long deadline = begin + timeout.toNanos();
        try {
            while (!wait.within(pollMillis(begin, deadline))) {
                Optional<String> reason = trouble.get();
                if (reason.isPresent()) {
                    // It may have come when all was done.
                    if (wait.within(SHORTEST_MILLIS)) {
                        return;
                    }
                    throw failure.apply(reason.get(), null);
                }
                if (settings.cancelled().getAsBoolean()) {
                    throw failure.apply("the task was cancelled", null);
                }
                if (System.nanoTime() > deadline) {
                    throw failure.apply(
                            "no end within " + timeout + ". Look for the first error of the other ranks",
                            new TimeoutException(timeout.toString()));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure.apply("the thread was interrupted", e);
        }
    }

    private static long pollMillis(long begin, long deadline) {
        long now = System.nanoTime();
        long some = TimeUnit.NANOSECONDS.toMillis(Math.min((now - begin) / PART, deadline - now));
        return Math.max(SHORTEST_MILLIS, Math.min(LONGEST_MILLIS, some));
    }
}
