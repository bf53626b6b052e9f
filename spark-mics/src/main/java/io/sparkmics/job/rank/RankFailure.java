package io.sparkmics.job.rank;

import io.sparkmics.bootstrap.deadline.StuckRank;
import io.sparkmics.bootstrap.deadline.WaitReport;
import org.apache.spark.SparkEnv;

/**
 * What a rank tells the driver of its end before the others can see it.
 *
 * @param rank who says so; {@link #UNKNOWN} before the ranks have met
 * @param host where it runs
 * @param executor what Spark calls its process
 * @param step how many steps it had done
 * @param type the exception's class
 * @param message its words
 * @param waiting where it was in its collectives; null where it had none yet
 */
public record RankFailure(
        int rank,
        String host,
        String executor,
        long step,
        FailureKind kind,
        String type,
        String message,
        WaitReport waiting) {

    /** What such a message to the driver is called. */
    public static final String KIND = "failure";

    /** The ranks have not met. */
    public static final int UNKNOWN = -1;

    /** @param waiting null where there is none */
    public static RankFailure of(int rank, long step, Throwable failure, WaitReport waiting) {
        // What wraps it says only where it was noticed, unless it is a whole sentence of ours.
        Throwable told = FailureKind.chain(failure).stream()
                .filter(cause ->
                        cause.getMessage() != null && cause.getMessage().startsWith("Cannot "))
                .findFirst()
                .orElse(failure);
        return here(rank, step, FailureKind.of(failure), told.getClass().getName(), told.getMessage(), waiting);
    }

    /** A rank whose own code does not come back: it has not failed yet, and perhaps never will. */
    public static RankFailure of(long step, StuckRank stuck) {
        return here(stuck.report().rank(), step, FailureKind.STUCK, "", stuck.toString(), stuck.report());
    }

    private static RankFailure here(
            int rank, long step, FailureKind kind, String type, String message, WaitReport waiting) {
        SparkEnv env = SparkEnv.get();
        String host = env.blockManager().blockManagerId().host();
        return new RankFailure(rank, host, env.executorId(), step, kind, type, message == null ? "" : message, waiting);
    }
}
