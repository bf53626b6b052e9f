package io.sparkmics.bootstrap.machine;

import java.util.OptionalLong;

/**
 * Memory outside the JVM's heap that could not be had. What is thrown by the libraries for it may be an {@link
 * OutOfMemoryError}, at which Spark ends the executor; the JVM has all that it needs, so this is none, nor caused by one.
 */
public final class AllocationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final long bytes;

    AllocationException(String message, OptionalLong bytes, Throwable failure) {
        super(message);
        this.bytes = bytes.orElse(-1);
        setStackTrace(failure.getStackTrace());
        for (Throwable suppressed : failure.getSuppressed()) {
            addSuppressed(suppressed);
        }
    }

    /** What was asked for; empty where the library does not say. */
    public OptionalLong bytes() {
        return bytes < 0 ? OptionalLong.empty() : OptionalLong.of(bytes);
    }
}
