package io.sparkmics.bootstrap.deadline;

import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.groups.GatherMode;
import java.time.Duration;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * What all ranks agree on before they talk.
 *
 * @param partitionGroupSize p, a divisor of the world size
 * @param gather how units are gathered
 * @param timeout the deadline of each wait
 * @param firstTimeout the deadline of each wait until {@link RankContext#firstStepDone()}: ranks do not begin all at once
 * @param first asked as each wait begins: whether the first timeout is still the one that counts
 * @param checking whether the ranks compare each collective before they start it
 * @param cancelled asked while waiting: true ends the wait with an error
 */
public record CommunicationSettings(
        int partitionGroupSize,
        GatherMode gather,
        Duration timeout,
        Duration firstTimeout,
        BooleanSupplier first,
        boolean checking,
        BooleanSupplier cancelled) {

    public CommunicationSettings {
        Objects.requireNonNull(gather, "gather is null");
        Objects.requireNonNull(first, "first is null");
        Objects.requireNonNull(cancelled, "cancelled is null");
        if (partitionGroupSize < 1) {
            throw new IllegalArgumentException("Cannot use the partition group size " + partitionGroupSize
                    + ": the value must be a positive divisor of the number of ranks.");
        }
        if (timeout.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "Cannot use the communication timeout " + timeout + ": the value must be at least 1 ms.");
        }
        if (firstTimeout.compareTo(timeout) < 0) {
            throw new IllegalArgumentException("Cannot use the first communication timeout " + firstTimeout
                    + ": the value must be at least that of the later ones, " + timeout + ".");
        }
    }

    /** Automatic gather, checked collectives, five minutes for each wait, never cancelled. */
    public static CommunicationSettings of(int partitionGroupSize) {
        Duration timeout = Duration.ofMinutes(5);
        return new CommunicationSettings(
                partitionGroupSize, GatherMode.AUTOMATIC, timeout, timeout, () -> true, true, () -> false);
    }

    /** The deadline of a wait that begins now. */
    public Duration currentTimeout() {
        return first.getAsBoolean() ? firstTimeout : timeout;
    }

    public CommunicationSettings withPartitionGroupSize(int size) {
        return new CommunicationSettings(size, gather, timeout, firstTimeout, first, checking, cancelled);
    }

    public CommunicationSettings withGather(GatherMode mode) {
        return new CommunicationSettings(partitionGroupSize, mode, timeout, firstTimeout, first, checking, cancelled);
    }

    /** The same deadline for the first step and for all that follow. */
    public CommunicationSettings withTimeout(Duration duration) {
        return new CommunicationSettings(partitionGroupSize, gather, duration, duration, first, checking, cancelled);
    }

    /** A longer one for the first step. */
    public CommunicationSettings withFirstTimeout(Duration duration) {
        return new CommunicationSettings(partitionGroupSize, gather, timeout, duration, first, checking, cancelled);
    }

    public CommunicationSettings withFirst(BooleanSupplier running) {
        return new CommunicationSettings(
                partitionGroupSize, gather, timeout, firstTimeout, running, checking, cancelled);
    }

    public CommunicationSettings withChecking(boolean on) {
        return new CommunicationSettings(partitionGroupSize, gather, timeout, firstTimeout, first, on, cancelled);
    }

    public CommunicationSettings withCancelled(BooleanSupplier supplier) {
        return new CommunicationSettings(partitionGroupSize, gather, timeout, firstTimeout, first, checking, supplier);
    }
}
