package io.sparkmics.bootstrap.deadline;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * What another thread does, and whether it has ended. Who waits looks many times before it has; a {@link FutureTask} alone would
 * answer each look with an exception, which costs more than the look.
 */
public final class Operation<T> extends FutureTask<T> {

    private final CountDownLatch ended = new CountDownLatch(1);

    public Operation(Callable<T> body) {
        super(body);
    }

    public Operation(Runnable body) {
        super(body, null);
    }

    /** One that has ended. */
    public static <T> Operation<T> none() {
        Operation<T> none = new Operation<>(() -> {});
        none.run();
        return none;
    }

    @Override
    protected void done() {
        ended.countDown();
    }

    /**
     * Waits so long at most; true: it has ended, well or not.
     *
     * @throws InterruptedException where it has not: what has ended is told to an interrupted thread too
     */
    public boolean ended(long millis) throws InterruptedException {
        return isDone() || ended.await(millis, TimeUnit.MILLISECONDS);
    }
}
