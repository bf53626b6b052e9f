package io.sparkmics.bootstrap.gloo;

import io.sparkmics.bootstrap.CommunicationException;
import io.sparkmics.bootstrap.CommunicationSettings;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;

/** Waits for what another thread does, until a deadline, an abort, a cancelled task or an interrupt, which is kept. */
final class Patience {

    private static final long POLL_MILLIS = 5;

    private Patience() {}

    /** @param failure makes the error of a wait that ended badly, of the reason and its cause, which may be null */
    static <T> T await(
            Future<T> result,
            CommunicationSettings settings,
            BooleanSupplier aborted,
            BiFunction<String, Throwable, CommunicationException> failure) {
        long deadline = System.nanoTime() + settings.timeout().toNanos();
        while (true) {
            try {
                return result.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (aborted.getAsBoolean()) {
                    throw failure.apply("the communicator was aborted", null);
                }
                if (settings.cancelled().getAsBoolean()) {
                    throw failure.apply("the task was cancelled", null);
                }
                if (System.nanoTime() > deadline) {
                    throw failure.apply(
                            "no end within " + settings.timeout() + ". Look for the first error of the other ranks",
                            null);
                }
            } catch (ExecutionException e) {
                String reason =
                        aborted.getAsBoolean() ? "the communicator was aborted" : NativeErrors.reason(e.getCause());
                throw failure.apply(reason, e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw failure.apply("the thread was interrupted", e);
            }
        }
    }
}
