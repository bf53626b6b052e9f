package io.sparkmics.job.attempt;

import io.sparkmics.job.rank.FailureKind;
import io.sparkmics.job.rank.RankFailure;
import java.util.Objects;

/**
 * Why an attempt ended without a result: its first cause.
 *
 * @param type the class of what was thrown; empty: nothing was
 * @param message its words, or what is known
 * @param rank who failed first; {@link RankFailure#UNKNOWN} where that is not known
 * @param host where; empty where that is not known
 * @param step how many steps were done
 */
record Failure(FailureKind kind, String type, String message, int rank, String host, long step) {

    Failure {
        Objects.requireNonNull(kind, "kind is null");
    }

    static Failure of(RankFailure report) {
        return new Failure(report.kind(), report.type(), report.message(), report.rank(), report.host(), report.step());
    }

    /** Of something that no rank has reported. */
    static Failure of(FailureKind kind, String message, long step) {
        return new Failure(kind, "", message, RankFailure.UNKNOWN, "", step);
    }

    /** Whether it is the same once more: the same words at the same step, whichever rank says them and whatever it counts. */
    boolean repeats(Failure earlier) {
        return kind == earlier.kind
                && step == earlier.step
                && type.equals(earlier.type)
                && withoutNumbers(message).equals(withoutNumbers(earlier.message));
    }

    private static String withoutNumbers(String text) {
        return text.replaceAll("attempt-\\d+|0x[0-9a-f]+|\\d+", "#");
    }

    /** As in {@code rank 1 on host node-2 failed in step 12: java.lang.IllegalStateException: this stage is broken}. */
    String describe() {
        return switch (kind) {
            case LOST, SILENT, STUCK, FETCH, NO_SLOTS, CANCELLED -> message + where();
            default -> who() + " failed" + where() + ": " + words();
        };
    }

    private String who() {
        return (rank == RankFailure.UNKNOWN ? "a rank" : "rank " + rank) + (host.isEmpty() ? "" : " on host " + host);
    }

    private String where() {
        return step == 0 ? " before the first step was done" : " after step " + step;
    }

    private String words() {
        boolean sentence = message.startsWith("Cannot ");
        return sentence || type.isEmpty() ? message : message.isEmpty() ? type : type + ": " + message;
    }
}
