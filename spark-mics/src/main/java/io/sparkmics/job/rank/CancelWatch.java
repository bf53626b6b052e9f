package io.sparkmics.job.rank;

import io.sparkmics.bootstrap.UninterruptibleWait;
import java.util.function.BooleanSupplier;

/**
 * Sees that a task was cancelled while its own thread cannot: while it is in native code, which nothing but an abort of its
 * collectives may bring back.
 */
final class CancelWatch implements AutoCloseable {

    private static final long POLL_MILLIS = 200;

    /** An abort takes a moment; one that hangs must not keep the task. */
    private static final long END_MILLIS = UninterruptibleWait.MILLIS;

    private final BooleanSupplier cancelled;
    private final Runnable abort;
    private final Thread thread;

    /** @param abort called once at most, on a thread of its own */
    CancelWatch(BooleanSupplier cancelled, Runnable abort) {
        this.cancelled = cancelled;
        this.abort = abort;
        thread = new Thread(this::watch, "cancel-watch");
        thread.setDaemon(true);
        thread.start();
    }

    private void watch() {
        try {
            while (!cancelled.getAsBoolean()) {
                Thread.sleep(POLL_MILLIS);
            }
            abort.run();
        } catch (InterruptedException closed) {
            // The task has come to its end.
        }
    }

    /** Afterwards no abort begins, and none is under way unless it hangs. Spark interrupts the tasks that it cancels: no matter. */
    @Override
    public void close() {
        thread.interrupt();
        UninterruptibleWait.within(END_MILLIS, this::ended);
    }

    private boolean ended(long millis) throws InterruptedException {
        // 0 would be for ever.
        thread.join(Math.max(1, millis));
        return !thread.isAlive();
    }
}
