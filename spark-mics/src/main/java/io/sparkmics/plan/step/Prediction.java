package io.sparkmics.plan.step;

/**
 * One step with one partition group size.
 *
 * @param hierarchical whether units are gathered between nodes first
 * @param microBatchSize b, sequences
 * @param microSteps s
 * @param memory of one rank
 * @param time of the step
 * @param insideBytes that a rank sends inside its node, on average
 * @param betweenBytes that a node sends to others, on average
 * @param flops that a rank computes, what is recomputed included
 */
public record Prediction(
        int partitionGroupSize,
        boolean hierarchical,
        int microBatchSize,
        int microSteps,
        Memory memory,
        Time time,
        double insideBytes,
        double betweenBytes,
        double flops) {

    /**
     * Bytes.
     *
     * @param modelBytes states, gathered units and gradients on their way
     * @param activationBytes between forward and backward pass
     * @param limit what a rank has for both
     */
    public record Memory(long modelBytes, long activationBytes, long limit) {

        public long left() {
            return limit - modelBytes - activationBytes;
        }

        public boolean fits() {
            return left() >= 0;
        }
    }

    /**
     * Seconds.
     *
     * @param compute forward and backward passes
     * @param communication gathers, hop 1 and hop 2, hidden behind the passes or not
     * @param exposed of it, what is not hidden
     * @param update of the shard by the optimizer
     */
    public record Time(double compute, double communication, double exposed, double update) {

        public double step() {
            return compute + exposed + update;
        }
    }

    /** Operations a second of one rank, over the whole step. */
    public double flopsPerSecond() {
        return flops / time.step();
    }
}
