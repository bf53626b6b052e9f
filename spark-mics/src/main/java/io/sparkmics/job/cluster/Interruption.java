package io.sparkmics.job.cluster;

import io.sparkmics.monitor.StepMetrics;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CancellationException;

/** An interrupt of the thread that called {@code fit}, as the stop button of a notebook sends it. */
public final class Interruption {

    /** How long tasks may take to end: a rank in a collective takes two seconds, an abort that hangs ten. */
    public static final Duration TIMEOUT = Duration.ofSeconds(30);

    private Interruption() {}

    /** Whether an interrupt caused the failure. It is forgotten, so that what is left to do can wait: see {@link #error}. */
    public static boolean endedBy(Throwable failure) {
        // Of a job that failed the cause is that of its task: it does not count.
        Throwable cause = failure instanceof UncheckedIOException ? failure.getCause() : failure;
        return Thread.interrupted()
                || cause instanceof InterruptedException
                || cause instanceof InterruptedIOException && !(cause instanceof SocketTimeoutException);
    }

    /**
     * The end of a run that was interrupted, for the caller to throw. The thread is interrupted again.
     *
     * @param last the step that was heard of last; null before the first
     * @param running how many tasks did not end in time
     * @param remedy how to go on from a checkpoint, as a sentence behind others; empty where there is none
     */
    public static CancellationException error(Throwable failure, StepMetrics last, int running, String remedy) {
        String when = last == null ? "before its first step" : "after step " + last.step() + " of " + last.steps();
        String tasks = running == 0
                ? "none of its tasks runs any more"
                : running + " of its tasks still run after " + TIMEOUT.toSeconds() + " s: look at them in Spark's UI";
        return error(
                failure,
                "Cannot finish the training: the thread in fit was interrupted, " + when
                        + ". Its Spark jobs were cancelled, and " + tasks
                        + "."
                        + (remedy.isEmpty()
                                ? " No weights were kept. Call fit again to train from the first step."
                                : remedy));
    }

    /** The same before any job was started. */
    static CancellationException whileWaiting(InterruptedException failure) {
        return error(
                failure,
                "Cannot wait for slots: the thread in fit was interrupted. Nothing was started. Call fit again to train.");
    }

    /** The same while an attempt runs; who gives the run up says more: see {@link #error}. */
    public static CancellationException whileTraining(InterruptedException failure) {
        return error(failure, "Cannot finish the training: the thread in fit was interrupted.");
    }

    /** The same while native libraries are loaded, on the driver or in a task. */
    static CancellationException whileLoading(InterruptedException failure) {
        return error(
                failure,
                "Cannot load the native libraries: the thread that waits for them was interrupted. Call fit again to"
                        + " train.");
    }

    private static CancellationException error(Throwable failure, String message) {
        Thread.currentThread().interrupt();
        CancellationException error = new CancellationException(message);
        error.initCause(failure);
        return error;
    }
}
