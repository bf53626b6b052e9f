package io.sparkmics.job.attempt;

import io.sparkmics.checkpoint.CheckpointDirectory;
import io.sparkmics.checkpoint.CheckpointException;
import io.sparkmics.checkpoint.CheckpointFolder;
import io.sparkmics.checkpoint.Retention;
import io.sparkmics.job.attempt.CheckpointCommitter.Committed;
import io.sparkmics.job.cluster.Interruption;
import io.sparkmics.job.rank.Attempt;
import io.sparkmics.job.rank.SaveReport;
import io.sparkmics.job.settings.CheckpointSettings;
import io.sparkmics.monitor.RunCourse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * The checkpoints of a run while it trains: commits what the ranks of the attempt that runs have written, and deletes what is not
 * kept. On a thread of its own, for a storage may be slow.
 */
public final class RunCheckpoints implements AutoCloseable {

    /** Ranks say when they have saved; a message may be lost. */
    private static final Duration POLL_INTERVAL = Duration.ofSeconds(5);

    /** A storage that does not answer must not keep the next attempt. */
    private static final Duration STORAGE_TIMEOUT = Duration.ofSeconds(10);

    private static final Duration LONGEST_ANSWER = Duration.ofMinutes(10);

    private final ManifestDraft draft;
    private final CheckpointSettings settings;
    private final Configuration hadoop;
    private final DamagedCheckpoints damaged;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread commits = new Thread(work, "checkpoint-commits");
        commits.setDaemon(true);
        return commits;
    });

    /** Both are written on the thread alone. */
    private volatile StartPoint start;

    private volatile StartPoint newest;

    /** Where parameters alone are saved, not the newest that can be gone on from. */
    private volatile StartPoint latest;

    /** Null where none is kept. */
    private volatile BestCheckpoint best;

    private volatile long count;
    private volatile long bytes;
    private double seconds;
    private String told = "";

    private CheckpointCommitter committer;
    private Attempt attempt;
    private LongSupplier stepsDone;
    private ScheduledFuture<?> polling;

    /** How many ranks have saved their part, by step. */
    private final Map<Long, Integer> parts = new HashMap<>();

    /**
     * @param start where the first attempt begins; that checkpoint is never deleted
     * @param best of those that earlier runs have left
     */
    public RunCheckpoints(
            ManifestDraft draft,
            CheckpointSettings settings,
            StartPoint start,
            Optional<BestCheckpoint> best,
            Configuration hadoop) {
        this.draft = draft;
        this.settings = settings;
        this.hadoop = hadoop;
        this.damaged = new DamagedCheckpoints(draft.saving(), settings.resumesLatest(), hadoop);
        this.start = start;
        this.newest = start;
        this.latest = start;
        this.best = best.orElse(null);
    }

    /** From now on only what this attempt writes is committed. */
    void begin(Attempt next, LongSupplier steps) {
        synchronized (this) {
            attempt = next;
            stepsDone = steps;
            committer = new CheckpointCommitter(draft, next, hadoop);
            parts.clear();
            latest = newest;
        }
        CheckpointCommitter its = committer;
        if (draft.saving().whileTraining()) {
            polling = thread.scheduleWithFixedDelay(
                    () -> poll(its), POLL_INTERVAL.toMillis(), POLL_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Polls a last time. */
    void end() throws InterruptedException {
        if (polling == null) {
            return;
        }
        polling.cancel(false);
        polling = null;
        try {
            thread.submit(() -> pollLast()).get(STORAGE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            System.err.println("The storage of " + draft.saving().directory() + " has not answered for "
                    + STORAGE_TIMEOUT.toSeconds() + " s: a checkpoint that was written last is perhaps not used.");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private void poll(CheckpointCommitter its) {
        commit(() -> its.commitDue(stepsDone.getAsLong()));
    }

    private void pollLast() {
        poll(committer);
        commitFound(committer);
    }

    /** One that was asked for may be of any step, and what ranks say of it may come late or never: so the storage is asked. */
    private void commitFound(CheckpointCommitter its) {
        directory().list(attempt.runId()).torn().stream()
                .filter(torn -> torn.id().attempt() == attempt.number())
                .map(torn -> torn.id().step())
                .filter(step -> draft.saving().best() || step > newest.step())
                .sorted()
                .forEach(step -> commit(() -> its.commit(step).stream().toList()));
    }

    private CheckpointDirectory directory() {
        return new CheckpointDirectory(new Path(draft.saving().directory()), hadoop);
    }

    private void commit(Supplier<List<Committed>> attempted) {
        try {
            committed(attempted.get());
        } catch (RuntimeException e) {
            tell("A checkpoint is not committed: " + e.getMessage());
        }
    }

    /** @param made the latest last */
    private void committed(List<Committed> made) {
        if (made.isEmpty()) {
            return;
        }
        made.forEach(this::compare);
        Committed last = made.get(made.size() - 1);
        if (last.step() >= latest.step()) {
            latest = last.start();
        }
        if (draft.saving().checkpoints()) {
            count += made.size();
            bytes = last.bytes();
            newest = last.step() >= newest.step() ? last.start() : newest;
        }
        try {
            tidy();
        } catch (RuntimeException e) {
            // It is committed all the same.
            tell("Old checkpoints are not looked after: " + e.getMessage());
        }
    }

    private void compare(Committed made) {
        Double loss = made.heldOutLoss();
        if (draft.saving().best() && loss != null && (best == null ? Double.isFinite(loss) : loss < best.loss())) {
            best = new BestCheckpoint(made.start(), loss);
        }
    }

    private void tidy() {
        Set<CheckpointFolder> never = Stream.of(
                        Optional.of(start), Optional.of(newest), best().map(BestCheckpoint::point))
                .flatMap(Optional::stream)
                .filter(StartPoint::isCheckpoint)
                .map(point -> new CheckpointFolder(new Path(point.checkpoint()), hadoop))
                .collect(Collectors.toSet());
        directory()
                .purge(
                        attempt.runId(),
                        attempt.number(),
                        new Retention(settings.keep(), settings.keepEverySteps()),
                        never,
                        damaged.found());
    }

    /** Once, where it is the same again. */
    private synchronized void tell(String problem) {
        if (!problem.equals(told)) {
            System.err.println(problem);
            told = problem;
        }
    }

    /** Where the next attempt begins. */
    public StartPoint newest() {
        return newest;
    }

    /** The parameters with the lowest held-out loss; empty where none is kept. */
    public Optional<BestCheckpoint> best() {
        return Optional.ofNullable(best);
    }

    /** Where the run began: an older one than was found at first where that was damaged. */
    public StartPoint start() {
        return start;
    }

    /**
     * A checkpoint turned out to be damaged: the next attempt begins with the next older one of the same run that is whole, or as
     * this run began.
     *
     * @return why there is nothing else to go on from; empty where there is
     */
    public Optional<String> fallBack(String checkpoint) {
        damaged.add(checkpoint);
        try {
            return ask("look for an older checkpoint", this::findOther)
                    ? Optional.empty()
                    : Optional.of(damaged.noOther(checkpoint));
        } catch (CheckpointException e) {
            return Optional.of("the checkpoint " + checkpoint + " is damaged, and an older one cannot be looked for: "
                    + e.getMessage());
        }
    }

    private boolean findOther() {
        Optional<StartPoint> other = damaged.other(attempt.runId(), start);
        if (damaged.contain(start)) {
            start = other.orElse(start);
        }
        newest = other.orElse(start);
        latest = newest;
        best = best().filter(kept -> !damaged.contain(kept.point())).orElse(null);
        return other.isPresent();
    }

    /** A rank has saved its shards, or could not. Any thread. */
    public synchronized void saved(SaveReport report) {
        if (report.failure() != null) {
            tell("Rank " + report.rank() + " has not saved its part of the checkpoint of step " + report.step() + ": "
                    + report.failure());
            return;
        }
        if (report.rank() == 0) {
            seconds += report.heldUpSeconds() + report.writeSeconds();
        }
        int saved = parts.merge(report.step(), 1, Integer::sum);
        if (draft.saving().whileTraining() && saved == attempt.partitionGroupSize() && !thread.isShutdown()) {
            CheckpointCommitter its = committer;
            thread.execute(() -> {
                if (report.step() > latest.step()) {
                    commit(() -> its.commit(report.step()).stream().toList());
                }
            });
        }
    }

    /** What the summary says of them; null where the run makes none. */
    public RunCourse.Checkpoints figures() {
        return count == 0 ? null : new RunCourse.Checkpoints(count, newest.checkpoint(), seconds, bytes);
    }

    /** How to go on from the newest one, as a sentence behind others; empty where there is none. */
    public String remedy() {
        return newest.isCheckpoint() && !damaged.contain(newest)
                ? " The last good checkpoint is " + newest.checkpoint() + ": go on from it with resumeFrom="
                        + newest.checkpoint() + "."
                : "";
    }

    /**
     * The folder that has the trained parameters, when the last attempt has come to its end.
     *
     * @throws IllegalStateException when the driver does not see what the ranks have saved
     */
    public CheckpointFolder result(long steps) {
        return ask("commit what was trained", () -> commitResult(steps));
    }

    /** Where commits are made, for what ranks say last arrives about now. */
    private <T> T ask(String doing, Callable<T> what) {
        try {
            return thread.submit(what).get(LONGEST_ANSWER.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException(
                    "Cannot " + doing + ": the storage of " + draft.saving().directory() + " has not answered for "
                            + LONGEST_ANSWER.toMinutes() + " minutes. Choose a faster one." + remedy(),
                    e);
        } catch (InterruptedException e) {
            throw Interruption.whileTraining(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private CheckpointFolder commitResult(long steps) {
        if (latest.isCheckpoint() && latest.step() == steps) {
            return new CheckpointFolder(new Path(latest.checkpoint()), hadoop);
        }
        Optional<Committed> made = committer.commit(steps);
        if (made.isPresent() && draft.saving().whileTraining()) {
            committed(List.of(made.get()));
        }
        return made.map(Committed::folder)
                .orElseThrow(() -> new IllegalStateException("Cannot find what the ranks have saved in "
                        + draft.saving().directory()
                        + ". Set workDirectory and checkpointDirectory to paths that driver and"
                        + " executors share."));
    }

    /** What the run has left torn goes. */
    @Override
    public void close() {
        if (attempt != null && draft.saving().checkpoints()) {
            purgeTorn();
        }
        // What is under way ends by itself: an interrupt in the middle of it would spoil what it reads.
        thread.shutdown();
    }

    private void purgeTorn() {
        try {
            thread.submit(() -> directory().purgeTorn(attempt.runId(), damaged.found()))
                    .get(STORAGE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | ExecutionException e) {
            System.err.println("What the run has left torn in " + draft.saving().directory() + " stays there: " + e);
        }
    }
}
