package io.sparkmics.bootstrap.deadline;

import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;

/** Waits for what another thread does, and takes its result. */
public final class Results {

    private static final String ABORTED = "the communicator was aborted";

    private Results() {}

    /** @param failure makes the error of a wait or an operation that ended badly */
    public static <T> T await(
            Operation<T> result,
            CommunicationSettings settings,
            BooleanSupplier aborted,
            BiFunction<String, Throwable, CommunicationException> failure) {
        PollingWait.await(
                result::ended,
                settings,
                () -> aborted.getAsBoolean() ? Optional.of(ABORTED) : Optional.empty(),
                failure);
        try {
            return result.get();
        } catch (ExecutionException e) {
            throw failure.apply(aborted.getAsBoolean() ? ABORTED : NativeErrors.reason(e.getCause()), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure.apply("the thread was interrupted", e);
        }
    }
}
