package io.sparkmics.bootstrap.deadline;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits that an interrupt must not cut short: native code still uses memory that is freed after them. */
public final class UninterruptibleWait {

    /** How long an aborted operation may take to end; it takes milliseconds. */
    public static final long MILLIS = 10_000;

    private UninterruptibleWait() {}

    /** Whether the operation has ended in time, well or not. */
    public static boolean ended(Future<?> operation) {
        return within(MILLIS, millis -> ended(operation, millis));
    }

    /** The same, in so many milliseconds, unless an interrupt comes. */
    public static boolean ended(Future<?> operation, long millis) throws InterruptedException {
        try {
            operation.get(millis, TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException e) {
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    /** Whether the wait succeeded in time. An interrupt is kept for later. */
    public static boolean within(long millis, PollingWait.Wait wait) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return wait.within(Math.max(0, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
