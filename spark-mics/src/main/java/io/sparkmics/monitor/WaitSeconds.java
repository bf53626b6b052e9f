package io.sparkmics.monitor;

/**
 * How long the thread of a rank that computes has waited for others, in seconds, by what for. What ran under computing does not
 * count, so these are what communication adds to a step.
 *
 * @param gather of units
 * @param hopOne gradients inside the partition group
 * @param hopTwo gradients between replicas
 * @param norm of the gradient, and the loss: a few numbers, so mostly for slower ranks
 */
public record WaitSeconds(double gather, double hopOne, double hopTwo, double norm) {

    public static final WaitSeconds NONE = new WaitSeconds(0, 0, 0, 0);

    public WaitSeconds plus(WaitSeconds other) {
        return new WaitSeconds(gather + other.gather, hopOne + other.hopOne, hopTwo + other.hopTwo, norm + other.norm);
    }

    public WaitSeconds dividedBy(double divisor) {
        return new WaitSeconds(gather / divisor, hopOne / divisor, hopTwo / divisor, norm / divisor);
    }

    /** Of all kinds. */
    public double sum() {
        return gather + hopOne + hopTwo + norm;
    }
}
