package io.sparkmics.job.attempt;

import io.sparkmics.job.attempt.RunningStage.StageFailedException;
import io.sparkmics.job.cluster.ExecutorWatch;
import io.sparkmics.job.cluster.RunningTask;
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

    private static final Duration LAST_CHECKPOINT = Duration.ofSeconds(20);

    private final SparkContext spark;
    private final TrainingSettings settings;
    private final ResourceProfile profile;
    private final Attempt attempt;
    private final Signals signals;
    private final TaggedJobs jobs;
    private final ExecutorWatch executors;
    private final Optional<EarlyStop> lastCheckpoint;

    /** @param lastCheckpoint how ranks are asked for one when the thread is interrupted; empty where they make none */
    AttemptWatch(
            SparkContext spark,
            TrainingSettings settings,
            ResourceProfile profile,
            Attempt attempt,
            Signals signals,
            TaggedJobs jobs,
            ExecutorWatch executors,
            Optional<EarlyStop> lastCheckpoint) {
        this.spark = spark;
        this.settings = settings;
        this.profile = profile;
        this.attempt = attempt;
        this.signals = signals;
        this.jobs = jobs;
        this.executors = executors;
        this.lastCheckpoint = lastCheckpoint;
    }

    /**
     * @param heartbeats whether the ranks send any
     * @throws AttemptFailedException with the first cause, when nothing that can be ended runs any more
     */
    public List<RankReport> watch(RunningStage stage, boolean heartbeats)
            throws AttemptFailedException, InterruptedException {
        Failure failure;
        Throwable saidBySpark = null;
        try {
            Optional<Failure> overdue = await(stage, heartbeats);
            Optional<List<RankReport>> reports = overdue.isPresent() ? Optional.empty() : awaitReports(stage);
            if (reports.isPresent()) {
                return reports.get();
            }
            failure = overdue.orElseGet(() -> firstCause(null).find());
        } catch (StageFailedException e) {
            saidBySpark = e.getCause();
            failure = firstCause(saidBySpark).find();
        } catch (InterruptedException e) {
            saveLast(stage);
            throw e;
        }
        if (spark.isStopped()) {
            throw new AttemptFailedException(
                    Failure.of(FailureKind.CANCELLED, "the Spark context was stopped", signals.step()),
                    saidBySpark,
                    "");
        }
        String left = new Aftermath(spark, jobs).leaveNothing(failure, signals.failures());
        throw new AttemptFailedException(failure, saidBySpark, left);
    }

    /** Returns when the attempt has ended, cannot come to its end any more, or lasts too long: then with what does. */
    private Optional<Failure> await(RunningStage stage, boolean heartbeats) throws InterruptedException {
        PlacementClock placement = new PlacementClock(settings.recovery().slotTimeout());
        HeartbeatWatch beating = new HeartbeatWatch(
                settings.recovery().collectiveTimeout(), settings.recovery().firstHeartbeatTimeout(), System::nanoTime);
        Optional<Failure> overdue = Optional.empty();
        while (!stage.ended() && !signals.failed() && overdue.isEmpty() && !spark.isStopped()) {
            Thread.sleep(POLL_MILLIS);
            List<RunningTask> running = spark.isStopped() ? List.of() : jobs.running();
            overdue = overdue(placement, running);
            if (heartbeats && overdue.isEmpty()) {
                overdue = beating.silent(running, signals.newHeartbeats(), signals.step());
            }
        }
        return overdue;
    }

    /** Gives the ranks the time to save what they have: another interrupt ends that too. */
    private void saveLast(RunningStage stage) throws InterruptedException {
        if (lastCheckpoint.isEmpty() || !signals.anyStep()) {
            return;
        }
        System.err.println("Interrupted: a last checkpoint is saved, which may take " + LAST_CHECKPOINT.toSeconds()
                + " s. Interrupt again to do without.");
        lastCheckpoint.get().interrupted();
        long deadline = System.nanoTime() + LAST_CHECKPOINT.toNanos();
        while (!stage.ended() && !signals.failed() && System.nanoTime() < deadline) {
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** What has lasted too long. */
    private Optional<Failure> overdue(PlacementClock placement, List<RunningTask> running) {
        if (spark.isStopped()) {
            return Optional.empty();
        }
        if (placement.expired(running.size())) {
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
    private Optional<List<RankReport>> awaitReports(RunningStage stage)
            throws StageFailedException, InterruptedException {
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
