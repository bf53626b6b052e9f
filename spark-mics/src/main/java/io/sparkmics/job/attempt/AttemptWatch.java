package io.sparkmics.job.attempt;

import io.sparkmics.job.attempt.RunningStage.StageFailedException;
import io.sparkmics.job.cluster.ExecutorWatch;
import io.sparkmics.job.cluster.Slots;
import io.sparkmics.job.cluster.TaggedJobs;
import io.sparkmics.job.rank.Attempt;
import io.sparkmics.job.rank.FailureKind;
import io.sparkmics.job.rank.RankReport;
import io.sparkmics.job.settings.TrainingSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkContext;
import org.apache.spark.resource.ResourceProfile;

/** Watches one attempt until it has ended, from the thread that waits for it. Nothing of it is left running then. */
public final class AttemptWatch {

    private static final long POLL_MILLIS = 100;

    /** Where one rank fails, the others do within a second or two. */
    private static final Duration OTHERS_REPORT = Duration.ofSeconds(2);

    private final SparkContext spark;
    private final TrainingSettings settings;
    private final ResourceProfile profile;
    private final Attempt attempt;
    private final Signals signals;
    private final TaggedJobs jobs;
    private final ExecutorWatch executors;

    AttemptWatch(
            SparkContext spark,
            TrainingSettings settings,
            ResourceProfile profile,
            Attempt attempt,
            Signals signals,
            TaggedJobs jobs,
            ExecutorWatch executors) {
        this.spark = spark;
        this.settings = settings;
        this.profile = profile;
        this.attempt = attempt;
        this.signals = signals;
        this.jobs = jobs;
        this.executors = executors;
    }

    /** @throws AttemptFailedException with the first cause, when nothing that can be ended runs any more */
    public List<RankReport> watch(RunningStage stage) throws AttemptFailedException, InterruptedException {
        Optional<Failure> overdue = Optional.empty();
        PlacementClock placement = new PlacementClock(settings.recovery().slotTimeout());
        while (!stage.ended() && !signals.failed() && overdue.isEmpty()) {
            Thread.sleep(POLL_MILLIS);
            overdue = overdue(placement);
        }
        Throwable spark = null;
        if (overdue.isEmpty()) {
            try {
                Optional<List<RankReport>> reports = settle(stage);
                if (reports.isPresent()) {
                    return reports.get();
                }
            } catch (StageFailedException e) {
                spark = e.getCause();
            }
        }
        Failure failure = overdue.orElse(firstCause(spark).find());
        String left = new Aftermath(this.spark, jobs).leaveNothing(failure, signals.failures());
        throw new AttemptFailedException(failure, spark, left);
    }

    /** What has lasted too long. */
    private Optional<Failure> overdue(PlacementClock placement) {
        if (placement.expired(jobs.runningTasks())) {
            return Optional.of(Failure.of(
                    FailureKind.NO_SLOTS,
                    Slots.tooFew(
                            spark,
                            profile,
                            attempt.worldSize(),
                            settings.recovery().slotTimeout()),
                    signals.step()));
        }
        if (signals.stuckFor(settings.recovery().collectiveTimeout().toNanos())) {
            return Optional.of(firstCause(null).find());
        }
        return Optional.empty();
    }

    /** Waits until it is known what began it, or those who may know have had their time. */
    private Optional<List<RankReport>> settle(RunningStage stage) throws StageFailedException, InterruptedException {
        long deadline = System.nanoTime() + OTHERS_REPORT.toNanos();
        while (true) {
            try {
                if (stage.ended()) {
                    return Optional.of(stage.reports());
                }
            } catch (StageFailedException e) {
                if (firstCause(e.getCause()).certain() || System.nanoTime() > deadline) {
                    throw e;
                }
            }
            if (System.nanoTime() > deadline) {
                return Optional.empty();
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private FirstCause firstCause(Throwable saidBySpark) {
        return new FirstCause(signals.failures(), executors.lost(), saidBySpark, attempt.worldSize(), signals.step());
    }
}
