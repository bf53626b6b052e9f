package io.sparkmics.bootstrap.gloo;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits that an interrupt must not cut short: native code still uses memory that is freed after them. */
final class LetGo {

    /** How long an aborted operation may take to end; it takes milliseconds. */
    static final long MILLIS = 10_000;

    /** One wait. */
    @FunctionalInterface
    interface Wait {
        boolean within(long millis) throws InterruptedException;
    }

    private LetGo() {}

    /** Whether the operation has ended in time, well or not. */
    static boolean ended(Future<?> operation) {
        return within(MILLIS, millis -> {
            try {
                operation.get(millis, TimeUnit.MILLISECONDS);
                return true;
            } catch (ExecutionException e) {
                return true;
            } catch (TimeoutException e) {
                return false;
            }
        });
    }

    /** Whether the wait succeeded in time. An interrupt is kept for later. */
    static boolean within(long millis, Wait wait) {
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
