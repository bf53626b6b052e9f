package io.sparkmics.job.attempt;

import io.sparkmics.bootstrap.deadline.Sentence;
import io.sparkmics.bootstrap.groups.Names;
import io.sparkmics.job.cluster.ExecutorWatch;
import io.sparkmics.job.cluster.Interruption;
import io.sparkmics.job.cluster.Slots;
import io.sparkmics.job.cluster.TaggedJobs;
import io.sparkmics.job.rank.Attempt;
import io.sparkmics.job.rank.FailureKind;
import io.sparkmics.job.rank.RankReport;
import io.sparkmics.job.settings.TrainingSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.IntPredicate;
import org.apache.spark.SparkContext;
import org.apache.spark.resource.ResourceProfile;

/**
 * Runs attempts until one comes to its end: after a failure the next one begins with the slots that are there, unless it would
 * fail again or has been tried often enough.
 */
public final class Supervisor {

    /** Executors that were lost are back by then, where their cluster has others. */
    private static final Duration ELASTIC_GRACE = Duration.ofSeconds(10);

    private final SparkContext spark;
    private final TrainingSettings settings;
    private final String model;
    private final ResourceProfile profile;
    private final ElasticSize sizes;
    private final Launcher launcher;
    private final RunCheckpoints checkpoints;
    private final EarlyStop earlyStop;
    private final RestartRule rule;
    private final Tries tries = new Tries();

    /** Starts the barrier stage of an attempt, and keeps open what the attempt needs until it has ended. */
    public interface Launcher {
        /**
         * @param signals are told what the ranks say
         * @param watch watches the stage, and returns what this returns
         */
        List<RankReport> launch(Attempt attempt, Signals signals, AttemptWatch watch)
                throws AttemptFailedException, InterruptedException;
    }

    /**
     * What came of a run.
     *
     * @param attempt that came to its end
     * @param reports of its ranks
     */
    public record Finished(Attempt attempt, List<RankReport> reports) {}

    /**
     * @param model its name, for people
     * @param profile what each rank must have
     * @param fits whether a rank has the memory for its part where a partition group has so many
     */
    public Supervisor(
            SparkContext spark,
            TrainingSettings settings,
            String model,
            ResourceProfile profile,
            IntPredicate fits,
            RunCheckpoints checkpoints,
            EarlyStop earlyStop,
            Launcher launcher) {
        this.spark = spark;
        this.settings = settings;
        this.model = model;
        this.profile = profile;
        this.sizes = new ElasticSize(
                settings.world().globalBatchSize(), settings.world().microBatchSize(), fits);
        this.launcher = launcher;
        this.checkpoints = checkpoints;
        this.earlyStop = earlyStop;
        this.rule = new RestartRule(
                settings.recovery().maxRestarts(), settings.recovery().elasticWorkers());
    }

    /**
     * Blocks. What it tells people goes to standard error.
     *
     * @throws IllegalStateException when the run is given up: with the first cause, what was tried and what can be done
     * @throws CancellationException when the thread is interrupted, which it stays, or the run's jobs are cancelled
     */
    public Finished run(Attempt first) {
        Attempt attempt = first;
        try {
            while (true) {
                Signals signals = new Signals(attempt.firstStep());
                try {
                    return new Finished(attempt, run(attempt, signals));
                } catch (AttemptFailedException e) {
                    attempt = next(first, attempt, signals, e);
                }
            }
        } catch (InterruptedException e) {
            throw Interruption.whileTraining(e);
        }
    }

    private List<RankReport> run(Attempt attempt, Signals signals) throws AttemptFailedException, InterruptedException {
        checkpoints.begin(attempt, signals::step);
        try (TaggedJobs jobs = new TaggedJobs(spark);
                ExecutorWatch executors = new ExecutorWatch(spark)) {
            Optional<EarlyStop> last = settings.checkpoint().writes() ? Optional.of(earlyStop) : Optional.empty();
            AttemptWatch watch = new AttemptWatch(spark, settings, profile, attempt, signals, jobs, executors, last);
            return launcher.launch(attempt, signals, watch);
        } finally {
            checkpoints.end();
        }
    }

    private Attempt next(Attempt first, Attempt failed, Signals signals, AttemptFailedException cause) {
        Failure failure = cause.failure();
        Failure before = tries.last();
        tries.failed(failed, failure);
        if (signals.anyStep()) {
            tries.stepDone();
        }
        if (checkpoints.newest().step() > failed.firstStep()) {
            tries.newCheckpoint();
        }
        boolean damaged = failure.kind() == FailureKind.DAMAGED;
        // Going on from another one is no try of the same, and ends where there is none left.
        Optional<String> refusal = damaged
                ? checkpoints.fallBack(failed.checkpoint())
                : rule.refuse(failure, before, tries.anyStep(), tries.restarts());
        if (refusal.isPresent()) {
            throw giveUp(failure, refusal.get(), cause);
        }
        if (!damaged) {
            tries.restarted();
        }
        Attempt whole = failed.again().on(first.worldSize(), first.partitionGroupSize());
        Attempt sized = onSlots(whole, cause);
        // What a rank was still writing may have become a checkpoint meanwhile.
        StartPoint start = checkpoints.newest();
        System.err.println(notice(failure, failed, sized, start));
        return start.of(sized);
    }

    /** The same attempt with as many ranks as there are slots for, once there are enough. */
    private Attempt onSlots(Attempt attempt, AttemptFailedException cause) {
        Duration timeout = settings.recovery().slotTimeout();
        boolean elastic = rule.elasticWorkers();
        Duration grace = elastic && ELASTIC_GRACE.compareTo(timeout) < 0 ? ELASTIC_GRACE : timeout;
        int free = Slots.awaitUpTo(spark, profile, attempt.worldSize(), grace, System.err::println);
        if (free >= attempt.worldSize()) {
            return attempt;
        }
        Optional<Attempt> smaller = elastic ? sizes.largest(attempt, free) : Optional.empty();
        if (smaller.isEmpty() && grace.compareTo(timeout) < 0) {
            free = Slots.awaitUpTo(spark, profile, attempt.worldSize(), timeout.minus(grace), System.err::println);
            smaller = free >= attempt.worldSize() ? Optional.of(attempt) : sizes.largest(attempt, free);
        }
        return smaller.orElseThrow(
                () -> giveUp(cause.failure(), Slots.tooFew(spark, profile, attempt.worldSize(), timeout), cause));
    }

    /** Which steps are repeated the progress tells when they come. */
    private static String notice(Failure failure, Attempt failed, Attempt next, StartPoint start) {
        String damaged = failure.kind() == FailureKind.DAMAGED
                ? " The checkpoint " + failed.checkpoint() + " is damaged, and not used any more."
                : "";
        return "Attempt " + failed.number() + " has failed: " + Sentence.end(failure.describe()) + damaged + " Attempt "
                + next.number() + " goes on " + start.describe() + " with "
                + Names.count(next.worldSize(), "rank") + ".";
    }

    private IllegalStateException giveUp(Failure failure, String refusal, AttemptFailedException cause) {
        boolean cancelled = failure.kind() == FailureKind.CANCELLED;
        String again = cancelled ? "" : " It is not tried again: " + Sentence.end(refusal);
        String message = "Cannot train " + model + ": " + Sentence.end(failure.describe()) + again + cause.left()
                + tries.describe() + checkpoints.remedy();
        IllegalStateException error =
                cancelled ? new CancellationException(message) : new IllegalStateException(message);
        error.initCause(cause);
        return error;
    }
}
