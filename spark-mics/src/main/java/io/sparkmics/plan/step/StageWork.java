package io.sparkmics.plan.step;

/**
 * One forward pass of one micro-batch through a stage. Its backward pass takes twice as much.
 *
 * @param flops of its matrix products
 * @param movedBytes that its other operations read and write
 * @param backwardReadsWeights whether its backward pass reads its units
 * @param recomputed whether the forward pass is done again on the way back
 */
public record StageWork(double flops, double movedBytes, boolean backwardReadsWeights, boolean recomputed) {

    /** Whether its units are gathered for the way back. */
    boolean gatheredForBackward() {
        return backwardReadsWeights || recomputed;
    }

    double forwardSeconds(Processor processor) {
        return processor.seconds(flops, movedBytes);
    }

    double backwardSeconds(Processor processor) {
        return (recomputed ? 3 : 2) * forwardSeconds(processor);
    }

    double allFlops() {
        return (recomputed ? 4 : 3) * flops;
    }
}
