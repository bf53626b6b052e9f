package io.sparkmics.checkpoint;

/** The storage has not done what it was asked: it may the next time, and what lies there may be whole. */
public final class StorageException extends CheckpointException {

    private static final long serialVersionUID = 1L;

    StorageException(String message, Throwable cause) {
        super(message, cause);
    }
}
