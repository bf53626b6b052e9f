package io.sparkmics.monitor;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Draws on a thread of its own, one picture after the other: of those that wait the latest alone. */
final class PictureThread {

    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(1),
            work -> {
                Thread draws = new Thread(work, "loss-picture");
                draws.setDaemon(true);
                return draws;
            },
            new ThreadPoolExecutor.DiscardOldestPolicy());

    /** Returns at once. */
    void draw(Runnable picture) {
        thread.execute(picture);
    }

    /**
     * Waits until the latest is drawn. An interrupt does not cut this short; it is kept for later.
     *
     * @return whether it was drawn in time
     */
    boolean end(Duration timeout) {
        thread.shutdown();
        long deadline = System.nanoTime() + timeout.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return thread.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
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
