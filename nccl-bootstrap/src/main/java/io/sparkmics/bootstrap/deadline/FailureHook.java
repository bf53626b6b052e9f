package io.sparkmics.bootstrap.deadline;

import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/** Who is told of a rank's failure before the others can see it. */
public final class FailureHook {

    /** How long the others are kept from it at most. */
    static final long MILLIS = 2_000;

    private Consumer<Throwable> listener;
    private boolean told;

    public void set(Consumer<Throwable> consumer) {
        if (listener != null) {
            throw new IllegalStateException("Cannot set who is told of this rank's failure: it was set before.");
        }
        listener = consumer;
    }

    /** Tells the first failure. A listener that throws or hangs spoils nothing: that is added to the failure. */
    public void tell(Throwable failure) {
        if (listener == null || told) {
            return;
        }
        told = true;
        Operation<Void> telling = new Operation<>(() -> listener.accept(failure));
        try {
            Thread thread = new Thread(telling, "failure-hook");
            thread.setDaemon(true);
            thread.start();
            if (UninterruptibleWait.within(MILLIS, telling::ended)) {
                telling.get();
            } else {
                failure.addSuppressed(
                        new IllegalStateException("Cannot tell of this failure: no end within " + MILLIS + " ms."));
            }
        } catch (ExecutionException e) {
            failure.addSuppressed(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Error e) {
            // Where there is no memory for a thread, the others must see it all the same.
            failure.addSuppressed(e);
        }
    }
}
