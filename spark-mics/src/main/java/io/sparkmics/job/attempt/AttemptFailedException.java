package io.sparkmics.job.attempt;

/** An attempt has ended without a result. Its supervisor decides what follows. */
public final class AttemptFailedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Failure failure;
    private final String left;

    /**
     * @param spark what Spark has thrown; null where it has not
     * @param left what still runs of it, as a sentence behind others; empty where nothing does
     */
    AttemptFailedException(Failure failure, Throwable spark, String left) {
        super(failure.describe(), spark);
        this.failure = failure;
        this.left = left;
    }

    String left() {
        return left;
    }

    Failure failure() {
        return failure;
    }
}
