package io.sparkmics.job.rank;

/**
 * The loss or the weights are not finite and will not become so. Thrown by all ranks after the same step, and reported to the
 * driver as a result: Spark would run a stage that fails again, to the same end.
 */
final class DivergedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    DivergedException(String message) {
        super(message);
    }
}
