package io.sparkmics.job.attempt;

import io.sparkmics.job.cluster.Json;
import io.sparkmics.job.rank.RankReport;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import org.apache.spark.api.java.JavaFutureAction;

/** A barrier stage that was given to Spark. */
public final class RunningStage {

    private final JavaFutureAction<List<String>> job;

    RunningStage(JavaFutureAction<List<String>> job) {
        this.job = job;
    }

    boolean ended() {
        return job.isDone();
    }

    /**
     * What the ranks have reported, once it has ended.
     *
     * @throws StageFailedException with what Spark says
     */
    List<RankReport> reports() throws StageFailedException, InterruptedException {
        try {
            return job.get().stream()
                    .map(report -> Json.read(report, RankReport.class))
                    .toList();
        } catch (ExecutionException | CancellationException e) {
            throw new StageFailedException(e.getCause() == null ? e : e.getCause());
        }
    }

    /** Spark has given it up. */
    static final class StageFailedException extends Exception {

        private static final long serialVersionUID = 1L;

        StageFailedException(Throwable cause) {
            super(cause);
        }
    }
}
