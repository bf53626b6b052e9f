package io.sparkmics.job.attempt;

/** An attempt has ended without a result. Its supervisor decides what follows. */
public final class AttemptFailedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    /** @param spark what Spark has thrown; null where it has not */
    AttemptFailedException(Failure failure, Throwable spark) {
        super(failure.describe(), spark);
        this.failure = failure;
    }

    Failure failure() {
        return failure;
    }
}
