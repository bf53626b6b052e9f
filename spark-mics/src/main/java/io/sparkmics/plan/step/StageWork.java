package io.sparkmics.plan.step;

/**
 * One forward pass of one micro-batch through a stage. Its backward pass takes as much for the gradient of its input, and once
 * more for those of the weights that are trained.
 *
 * @param flops of its matrix products
 * @param movedBytes that its other operations read and write
 * @param backwardReadsWeights whether its backward pass reads its units
 * @param recomputed whether the forward pass is done again on the way back
 * @param trainedPart of the weights, from 0 to 1
 */
public record StageWork(
        double flops, double movedBytes, boolean backwardReadsWeights, boolean recomputed, double trainedPart) {

    /** All weights are trained. */
    public StageWork(double flops, double movedBytes, boolean backwardReadsWeights, boolean recomputed) {
        this(flops, movedBytes, backwardReadsWeights, recomputed, 1);
    }

    /** Whether its units are gathered for the way back. */
    boolean gatheredForBackward() {
        return backwardReadsWeights || recomputed;
    }

    double forwardSeconds(Processor processor) {
        return processor.seconds(flops, movedBytes);
    }

    /** In forward passes. */
    private double backward() {
        return 1 + trainedPart + (recomputed ? 1 : 0);
    }

    double backwardSeconds(Processor processor) {
        return backward() * forwardSeconds(processor);
    }

    double allFlops() {
        return (1 + backward()) * flops;
    }
}
