package io.sparkmics.job.rank;

import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.StuckRank;
import io.sparkmics.bootstrap.WaitReport;
import io.sparkmics.bootstrap.machine.CudaContext;
import io.sparkmics.bootstrap.machine.NativeMemory;
import io.sparkmics.job.cluster.Json;
import io.sparkmics.monitor.RankSender;
import java.time.Duration;

/**
 * Tells the driver why a rank ends, before the others can see that it does: so that the first cause is known from what follows
 * from it. Any thread; nothing here throws.
 */
final class FailureReporter {

    /** Peers are kept waiting meanwhile. */
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final RankSender driver;
    private RankContext ranks;
    private long stepsDone;
    private boolean done;

    FailureReporter(RankSender driver) {
        this.driver = driver;
    }

    /** From now on it is known who this rank is. */
    synchronized void met(RankContext context) {
        ranks = context;
    }

    synchronized void stepsDone(long steps) {
        stepsDone = steps;
    }

    /** The first time only: what fails then follows from it. */
    void failed(Throwable failure) {
        RankFailure report;
        synchronized (this) {
            if (done) {
                return;
            }
            done = true;
            int rank = ranks == null ? RankFailure.UNKNOWN : ranks.rank();
            WaitReport waiting = ranks == null ? null : ranks.report(failure);
            Throwable told = NativeMemory.explain(failure)
                    .<Throwable>map(known -> known)
                    .or(() -> CudaContext.explain(failure))
                    .orElse(failure);
            report = RankFailure.of(rank, stepsDone, told, waiting);
        }
        driver.ask(RankFailure.KIND, Json.write(report), TIMEOUT);
    }

    /** The rank's own code does not come back: the others will fail of it. */
    void stuck(StuckRank stuck) {
        RankFailure report;
        synchronized (this) {
            report = RankFailure.of(stepsDone, stuck);
        }
        driver.ask(RankFailure.KIND, Json.write(report), TIMEOUT);
    }
}
