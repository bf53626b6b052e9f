package io.sparkmics.engine;

/**
 * What one step did; the same on every rank.
 *
 * @param loss mean over the global batch, before the update
 * @param gradientNorm of the mean gradient, before clipping
 */
public record StepResult(double loss, double gradientNorm) {

    /** Whether loss or gradient was not finite: then no rank has updated anything. */
    public boolean skipped() {
        return !Double.isFinite(loss) || !Double.isFinite(gradientNorm);
    }
}
