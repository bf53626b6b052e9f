package io.sparkmics.bootstrap.nccl;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Polls what a device is about to reach: often, for a step has many such waits. */
final class Polling {

    private static final long PAUSE_NANOS = 20_000;

    private Polling() {}

    /** Whether it came in so many milliseconds. */
    static boolean until(BooleanSupplier reached, long millis) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!reached.getAsBoolean()) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (System.nanoTime() > end) {
                return false;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return true;
    }
}
