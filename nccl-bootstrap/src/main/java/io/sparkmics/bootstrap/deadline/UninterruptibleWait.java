package io.sparkmics.bootstrap.deadline;

import java.util.concurrent.TimeUnit;

/** Waits that an interrupt must not cut short: native code still uses memory that is freed after them. */
public final class UninterruptibleWait {

    /** How long an aborted operation may take to end; it takes milliseconds. */
    public static final long MILLIS = 10_000;

    private UninterruptibleWait() {}

    /** Whether the operation has ended in time, well or not. */
    public static boolean ended(Operation<?> operation) {
        return within(MILLIS, operation::ended);
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
