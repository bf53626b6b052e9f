package io.sparkmics.bootstrap.nccl;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Polls what a device is about to reach: often, for a step has many such waits. A thread that is parked for however short a time
 * comes back 0.1 ms later, so the first 0.1 ms are spent asking; whoever else wants the processor gets it meanwhile.
 */
final class Polling {

    private static final long SPIN_NANOS = 100_000;
    private static final long PAUSE_NANOS = 20_000;

    private Polling() {}

    /** Whether it came in so many milliseconds. */
    static boolean until(BooleanSupplier reached, long millis) throws InterruptedException {
        long begin = System.nanoTime();
        long end = begin + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!reached.getAsBoolean()) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            long now = System.nanoTime();
            if (now > end) {
                return false;
            }
            if (now - begin < SPIN_NANOS) {
                Thread.yield();
            } else {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        return true;
    }
}
