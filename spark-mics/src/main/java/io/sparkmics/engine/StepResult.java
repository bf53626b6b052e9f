package io.sparkmics.engine;

/**
 * What one step did; the same on every rank.
 *
 * @param loss mean over the global batch, before the update
 * @param gradientNorm of the mean gradient, before clipping
 * @param stop whether a rank has asked for the end of the run: see {@link MicsEngine#askForStop}
 */
public record StepResult(double loss, double gradientNorm, boolean stop) {

    /** Nobody has asked for the end. */
    public StepResult(double loss, double gradientNorm) {
        this(loss, gradientNorm, false);
    }

    /** Whether loss or gradient was not finite: then no rank has updated anything. */
    public boolean skipped() {
        return !Double.isFinite(loss) || !Double.isFinite(gradientNorm);
    }
}
