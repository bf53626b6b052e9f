package io.sparkmics.job.rank;

import io.sparkmics.bootstrap.deadline.CommunicationException;
import io.sparkmics.bootstrap.machine.AllocationException;
import io.sparkmics.bootstrap.machine.CudaContext;
import io.sparkmics.checkpoint.CheckpointDamagedException;
import io.sparkmics.checkpoint.CheckpointException;
import io.sparkmics.checkpoint.NonFiniteWeightsException;
import io.sparkmics.data.DataChangedException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.apache.spark.TaskKilledException;
import org.apache.spark.shuffle.FetchFailedException;

/** What kind of thing went wrong: it decides whether trying again may help. */
public enum FailureKind {
    /** The settings or the data are wrong, and stay so. */
    INPUT,
    /** An exception of what the rank computes: of the model, the engine, native libraries. */
    CODE,
    /** The heap ran out: Spark ends the process. */
    MEMORY,
    /** Native memory could not be had: the process lives on. */
    ALLOCATION,
    /** CUDA's context is lost: no call of the process can use its GPU any more. */
    DEVICE,
    /** A file system did not do what it was asked. */
    STORAGE,
    /** The checkpoint that was to be gone on from is not as it was written, and stays so. */
    DAMAGED,
    /** The rank's own collectives did not agree with the others' or could not be made. */
    COMMUNICATION,
    /** The rank's own code does not come back to its collectives. */
    STUCK,
    /** An executor is gone. */
    LOST,
    /** A rank says nothing, as a frozen process does. */
    SILENT,
    /** Rows that one executor prepared could not be fetched from it. */
    FETCH,
    /** Spark could not start all ranks at once. */
    NO_SLOTS,
    /** It was done to the rank: another one failed, or the task was cancelled. */
    CONSEQUENCE,
    /** Somebody ended the run. */
    CANCELLED;

    /** Whether the executor's process is good for nothing any more, however alive it seems. */
    public boolean endsProcess() {
        return this == MEMORY || this == DEVICE;
    }

    /** A cause may lead back to itself. */
    private static final int LONGEST_CHAIN = 50;

    /** What a task's exception is, its causes looked at too. */
    public static FailureKind of(Throwable failure) {
        if (CudaContext.explain(failure).isPresent()) {
            // Also where what noticed it was a collective.
            return DEVICE;
        }
        List<Throwable> chain = chain(failure);
        for (Throwable cause : chain) {
            if (cause instanceof CommunicationException communication) {
                return communication.consequence() ? CONSEQUENCE : COMMUNICATION;
            }
            if (cause instanceof TaskKilledException
                    || cause instanceof InterruptedException
                    || cause instanceof InterruptedIOException && !(cause instanceof SocketTimeoutException)
                    || cause instanceof ClosedByInterruptException
                    || cause instanceof CancellationException) {
                return CONSEQUENCE;
            }
            if (cause instanceof FetchFailedException) {
                return FETCH;
            }
            if (cause instanceof AllocationException) {
                return ALLOCATION;
            }
            if (cause instanceof OutOfMemoryError) {
                return MEMORY;
            }
            if (cause instanceof IllegalArgumentException
                    || cause instanceof DataChangedException
                    || cause instanceof NonFiniteWeightsException) {
                return INPUT;
            }
            if (cause instanceof CheckpointDamagedException) {
                return DAMAGED;
            }
            if (cause instanceof IOException || cause instanceof CheckpointException) {
                return STORAGE;
            }
        }
        return CODE;
    }

    static List<Throwable> chain(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .limit(LONGEST_CHAIN)
                .toList();
    }
}
