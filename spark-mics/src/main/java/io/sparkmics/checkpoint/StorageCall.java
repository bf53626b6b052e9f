package io.sparkmics.checkpoint;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.Path;

/** Calls of a file system, with one way to say what went wrong. */
public final class StorageCall {

    private static final List<String> OTHER_REASONS = List.of(
            "(too many open files)",
            "(too many open files in system)",
            "(permission denied)",
            "(input/output error)",
            "(stale file handle)",
            "(transport endpoint is not connected)",
            "(connection timed out)",
            "(host is down)");

    private StorageCall() {}

    /** What a file system is asked to do. */
    @FunctionalInterface
    public interface Call<T> {
        T run() throws IOException;
    }

    /** What a file system is asked to do, without an answer. */
    @FunctionalInterface
    public interface Action {
        void run() throws IOException;
    }

    /**
     * @param doing what fails when the call fails, as in "write model.safetensors"
     * @throws CheckpointException "Cannot write model.safetensors: " and the reason
     */
    public static <T> T call(String doing, Call<T> call) {
        try {
            return call.run();
        } catch (IOException | FSError e) {
            // Hadoop's local file system throws an Error where the disk refuses a write.
            throw failure(doing, e);
        }
    }

    /** As {@link #call}. */
    public static void run(String doing, Action action) {
        call(doing, () -> {
            action.run();
            return null;
        });
    }

    /** Deletes what a failed write has left; that this fails too is told beside why that failed. */
    public static void discard(Path file, Throwable failure, Configuration hadoop) {
        try {
            file.getFileSystem(hadoop).delete(file, false);
        } catch (IOException | RuntimeException | FSError e) {
            failure.addSuppressed(e);
        }
    }

    /** The exception that {@link #call} throws: a {@link StorageException} unless it is the file that is not right. */
    public static CheckpointException failure(String doing, Throwable cause) {
        String message = "Cannot " + doing + ": " + reason(cause);
        return showsDamage(cause) ? new CheckpointException(message, cause) : new StorageException(message, cause);
    }

    /** Whether the file that is read is missing, cut short or changed: another try comes to the same end. */
    public static boolean showsDamage(Throwable failure) {
        return failure instanceof FileNotFoundException && !saysWhyItIsThere(failure)
                || failure instanceof EOFException
                || failure instanceof ChecksumException;
    }

    /** Java says "not found" of every file that it could not open, and the system's reason in brackets. */
    private static boolean saysWhyItIsThere(Throwable failure) {
        String text = failure.toString().toLowerCase(Locale.ROOT);
        return OTHER_REASONS.stream().anyMatch(text::endsWith);
    }

    private static String reason(Throwable failure) {
        if (failure instanceof FSError && failure.getCause() != null) {
            return reason(failure.getCause());
        }
        if (failure instanceof EOFException) {
            // It has no message of its own.
            return "it ends too early";
        }
        String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        if (failure instanceof FileNotFoundException) {
            return saysWhyItIsThere(failure) ? message : "it is not there (" + message + ")";
        }
        return isFull(failure) ? message + ". Free space there, or choose a folder where there is more." : message;
    }

    private static boolean isFull(Throwable failure) {
        String text = failure.toString().toLowerCase(Locale.ROOT);
        return text.contains("no space left")
                || text.contains("not enough space")
                || text.contains("quota exceeded")
                || text.contains("quotaexceeded");
    }
}
