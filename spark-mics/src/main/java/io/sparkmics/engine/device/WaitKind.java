package io.sparkmics.engine.device;

/** What a rank's thread waits for in a step. */
public enum WaitKind {
    /** The gathers of units, behind what ran under the stages before. */
    GATHER,

    /** Hop 1 of gradients, behind what ran under a backward pass. */
    HOP_ONE,

    /** Hop 2, behind what ran under the last backward pass. */
    HOP_TWO,

    /** The norm of the gradient, the loss and the wish to stop: a few numbers, so this is the wait for slower ranks. */
    NORM
}
