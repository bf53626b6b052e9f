package io.sparkmics.job.attempt;

import io.sparkmics.bootstrap.groups.Names;
import io.sparkmics.job.rank.FailureKind;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a run is tried again after a failure.
 *
 * @param maxRestarts how often at most without a new checkpoint in between
 * @param elasticWorkers whether fewer ranks will do
 */
record RestartRule(int maxRestarts, boolean elasticWorkers) {

    /** What a rank has thrown itself: it does so again where nothing has changed. */
    private static final Set<FailureKind> OWN = EnumSet.of(
            FailureKind.CODE,
            FailureKind.MEMORY,
            FailureKind.ALLOCATION,
            FailureKind.DEVICE,
            FailureKind.STORAGE,
            FailureKind.COMMUNICATION);

    /**
     * Of these, what passes before anything has ever gone well: a storage that does not answer for a moment, a GPU that breaks.
     */
    private static final Set<FailureKind> PASSING = EnumSet.of(FailureKind.STORAGE, FailureKind.DEVICE);

    /**
     * @param before the failure of the attempt before; null where there was none
     * @param anyStep whether the run has ever done a step
     * @param restarts since the newest checkpoint, or since the run began
     * @return why it is not tried again; empty where it is
     */
    Optional<String> refuse(Failure failure, Failure before, boolean anyStep, int restarts) {
        if (failure.kind() == FailureKind.CANCELLED) {
            return Optional.of("it was cancelled");
        }
        if (failure.kind() == FailureKind.INPUT) {
            return Optional.of("what it was given is wrong, and stays so");
        }
        if (failure.kind() == FailureKind.NO_SLOTS && !elasticWorkers) {
            return Optional.of("there are too few slots");
        }
        if (!anyStep && OWN.contains(failure.kind()) && !PASSING.contains(failure.kind())) {
            return Optional.of("no step has ever been done, so it would fail again");
        }
        if (maxRestarts == 0) {
            return Optional.of("maxRestarts is 0");
        }
        if (before != null && OWN.contains(failure.kind()) && failure.repeats(before)) {
            return Optional.of("it failed in the same way at the same step twice");
        }
        if (restarts >= maxRestarts) {
            return Optional.of("maxRestarts allows " + Names.count(maxRestarts, "restart")
                    + " without a new checkpoint in between");
        }
        return Optional.empty();
    }
}
