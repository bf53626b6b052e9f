package io.sparkmics.checkpoint;

/** Weights have a number that is not finite: read again, they would have it again. */
public final class NonFiniteWeightsException extends CheckpointException {

    private static final long serialVersionUID = 1L;

    public NonFiniteWeightsException(String message) {
        super(message);
    }
}
