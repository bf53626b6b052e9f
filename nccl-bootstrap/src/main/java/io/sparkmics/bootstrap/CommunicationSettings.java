package io.sparkmics.bootstrap;

import java.time.Duration;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * What all ranks agree on before they talk.
 *
 * @param partitionGroupSize p, a divisor of the world size
 * @param gather how units are gathered
 * @param timeout the deadline of each wait
 * @param checking whether the ranks compare each collective before they start it
 * @param cancelled asked while waiting: true ends the wait with an error
 */
public record CommunicationSettings(
        int partitionGroupSize, GatherMode gather, Duration timeout, boolean checking, BooleanSupplier cancelled) {

    public CommunicationSettings {
        Objects.requireNonNull(gather, "gather is null");
        Objects.requireNonNull(cancelled, "cancelled is null");
        if (partitionGroupSize < 1) {
            throw new IllegalArgumentException("Cannot use the partition group size " + partitionGroupSize
                    + ": the value must be a positive divisor of the number of ranks.");
        }
        if (timeout.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "Cannot use the communication timeout " + timeout + ": the value must be at least 1 ms.");
        }
    }

    /** Automatic gather, checked collectives, five minutes for each wait, never cancelled. */
    public static CommunicationSettings of(int partitionGroupSize) {
        return new CommunicationSettings(
                partitionGroupSize, GatherMode.AUTOMATIC, Duration.ofMinutes(5), true, () -> false);
    }

    public CommunicationSettings withGather(GatherMode mode) {
        return new CommunicationSettings(partitionGroupSize, mode, timeout, checking, cancelled);
    }

    public CommunicationSettings withTimeout(Duration duration) {
        return new CommunicationSettings(partitionGroupSize, gather, duration, checking, cancelled);
    }

    public CommunicationSettings withChecking(boolean on) {
        return new CommunicationSettings(partitionGroupSize, gather, timeout, on, cancelled);
    }

    public CommunicationSettings withCancelled(BooleanSupplier supplier) {
        return new CommunicationSettings(partitionGroupSize, gather, timeout, checking, supplier);
    }
}
