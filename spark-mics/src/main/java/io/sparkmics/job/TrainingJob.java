package io.sparkmics.job;

import io.sparkmics.bootstrap.deadline.Sentence;
import io.sparkmics.bootstrap.groups.Names;
import io.sparkmics.checkpoint.CheckpointFolder;
import io.sparkmics.checkpoint.StoragePaths;
import io.sparkmics.checkpoint.TemporaryFolder;
import io.sparkmics.job.attempt.AttemptFailedException;
import io.sparkmics.job.attempt.BestCheckpoint;
import io.sparkmics.job.attempt.EarlyStop;
import io.sparkmics.job.attempt.ManifestDraft;
import io.sparkmics.job.attempt.ResumePoint;
import io.sparkmics.job.attempt.RunCheckpoints;
import io.sparkmics.job.attempt.StartPoint;
import io.sparkmics.job.attempt.Supervisor;
import io.sparkmics.job.cluster.DeviceChoice;
import io.sparkmics.job.cluster.Interruption;
import io.sparkmics.job.cluster.RankPlaces;
import io.sparkmics.job.cluster.TaggedJobs;
import io.sparkmics.job.cluster.WorkDirectory;
import io.sparkmics.job.rank.Attempt;
import io.sparkmics.job.rank.RankReport;
import io.sparkmics.job.rank.Saving;
import io.sparkmics.job.settings.TrainingSettings;
import io.sparkmics.model.LossName;
import io.sparkmics.model.ModelName;
import io.sparkmics.monitor.RunCourse;
import io.sparkmics.monitor.StepListener;
import io.sparkmics.monitor.StepMetrics;
import io.sparkmics.monitor.StopCondition;
import io.sparkmics.monitor.TrainingSummary;
import io.sparkmics.plan.MemoryModel;
import io.sparkmics.plan.TrainingSchedule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A training run, seen from the driver: checks, waits for slots, asks the cluster, puts the rows in order, starts the barrier
 * stage and shows its progress.
 */
public final class TrainingJob {

    private final Dataset<Row> frame;
    private final TrainingSettings settings;
    private final JavaSparkContext spark;
    private final Configuration hadoop;
    private final StepListener listener;
    private final StopCondition stopCondition;

    /** The step that was heard of last, on another thread; null before the first. */
    private volatile StepMetrics last;

    /** How to go on where this run ends early: see {@link RunCheckpoints#remedy}. */
    private Supplier<String> remedy = () -> "";

    private TrainingJob(
            Dataset<Row> frame, TrainingSettings settings, StepListener listener, StopCondition stopCondition) {
        this.frame = frame;
        this.listener = listener;
        this.stopCondition = stopCondition;
        this.spark = JavaSparkContext.fromSparkContext(frame.sparkSession().sparkContext());
        // The session's own settings of file systems, not only the cluster's.
        this.hadoop = frame.sparkSession().sessionState().newHadoopConf();
        this.settings = qualified(settings, hadoop);
    }

    /** Executors have other working folders, and perhaps another default file system. */
    private static TrainingSettings qualified(TrainingSettings typed, Configuration hadoop) {
        try {
            return typed.from(typed.pretrained().qualified(hadoop));
        } catch (IOException e) {
            // The check of the settings says so, with whatever else is wrong.
            return typed;
        }
    }

    /**
     * Trains to the end. Blocks; progress goes to standard error. Where it fails, no task of the run is left running.
     *
     * @param listener hears of every step while it trains, on one thread at a time: of some of them twice after a failure, of
     *     the last ones perhaps never where the connection is bad. The result has each of them once.
     * @param stopCondition ends the run before its last step
     * @throws IllegalArgumentException for settings and data that are wrong, all problems at once where they are known
     *     together
     * @throws IllegalStateException when the cluster has no room or cannot run native code, and when the training diverges
     * @throws java.util.concurrent.CancellationException when the thread is interrupted, which it stays, or the job's group is
     *     cancelled
     */
    public static TrainingResult run(
            Dataset<?> frame, TrainingSettings settings, StepListener listener, StopCondition stopCondition) {
        return new TrainingJob(frame.toDF(), settings, listener, stopCondition).run();
    }

    private TrainingResult run() {
        Preflight.check(settings, frame.schema(), spark.getConf(), hadoop);
        Optional<ResumePoint> resumed = ResumePoint.find(settings, hadoop);
        if (resumed.isEmpty() && settings.checkpoint().resumes()) {
            Preflight.checkPretrained(settings, frame.schema(), spark.getConf(), hadoop);
        }
        DeviceChoice possible = RankPlaces.await(spark, settings);
        WorkDirectory.tidy(spark.sc());
        TemporaryFolder folder = WorkDirectory.create(
                settings.workDirectory().path(), hadoop, spark.sc().applicationId());
        try (TaggedJobs jobs = new TaggedJobs(spark.sc())) {
            try {
                return train(folder, possible, resumed);
            } catch (Throwable failure) {
                // Spark throws checked exceptions that nothing declares.
                boolean interrupted = Interruption.endedBy(failure);
                // What an attempt has left running, its supervisor has waited for.
                Duration timeout =
                        failure.getCause() instanceof AttemptFailedException ? Duration.ZERO : Interruption.TIMEOUT;
                int running = jobs.cancel("The training was given up: " + failure, timeout);
                WorkDirectory.delete(folder, failure);
                if (interrupted) {
                    throw Interruption.error(failure, last, running, remedy.get());
                }
                throw failure;
            }
        }
    }

    private TrainingResult train(TemporaryFolder folder, DeviceChoice possible, Optional<ResumePoint> resumed) {
        Saving saving = saving(folder);
        RankPlaces places = RankPlaces.choose(
                spark,
                settings,
                possible,
                folder.path(),
                saving.checkpoints() ? Optional.of(new Path(saving.directory())) : Optional.empty(),
                hadoop);
        TrainingSettings decided = settings.on(places.device().cuda());
        PreparedRows rows = PreparedRows.of(frame, decided);
        MemoryModel memory = decided.memoryModel();
        System.err.println(outlook(rows.schedule(), places).describe());
        ManifestDraft draft = new ManifestDraft(decided, rows.schedule(), rows.described(), saving);
        resumed.ifPresent(point -> {
            point.requireRows(draft.data(), draft.schedule());
            point.notes(draft).forEach(System.err::println);
        });
        StartPoint start = resumed.map(ResumePoint::start).orElse(StartPoint.BEGINNING);
        Optional<BestCheckpoint> best = saving.best() ? bestBefore(start) : Optional.empty();
        try (RunCheckpoints checkpoints = new RunCheckpoints(draft, decided.checkpoint(), start, best, hadoop);
                EarlyStop stop = new EarlyStop(stopFile(), stopCondition, folder.path(), hadoop)) {
            remedy = checkpoints::remedy;
            TrainingRanks ranks =
                    new TrainingRanks(spark.sc(), decided, hadoop, folder.path(), places, rows, saving, stop);
            Supervisor.Finished finished = ranks.run(
                    Attempt.first(decided.world().numWorkers(), places.partitionGroupSize())
                            .from(start.step(), start.checkpoint()),
                    checkpoints,
                    new Told());
            RankReport.requireTrained(finished.reports(), checkpoints.remedy());
            MemoryFigures taken = MemoryFigures.of(memory, finished.attempt().partitionGroupSize(), finished.reports());
            System.err.println(taken.describe());
            RankReport first = RankReport.first(finished.reports());
            CheckpointFolder last = checkpoints.result(first.history().size());
            RunCourse.Stopped stopped = stopped(first.history(), rows.schedule(), stop);
            RunCourse course = course(finished, checkpoints, stopped);
            course.describe().ifPresent(System.err::println);
            return new TrainingResult(
                    new ResultExport(spark, decided, hadoop, folder, rows, checkpoints)
                            .run(checkpoints.best().map(this::folder).orElse(last)),
                    folder,
                    course.addTo(taken.addTo(summary(rows, memory, finished))),
                    first.history());
        }
    }

    /** What earlier runs have left. */
    private Optional<BestCheckpoint> bestBefore(StartPoint start) {
        try {
            return BestCheckpoint.before(start, hadoop);
        } catch (RuntimeException e) {
            // Who reads the checkpoint itself will say what is wrong with it.
            System.err.println("Cannot look for the best checkpoint before: " + e.getMessage());
            return Optional.empty();
        }
    }

    private CheckpointFolder folder(BestCheckpoint best) {
        return new CheckpointFolder(new Path(best.point().checkpoint()), hadoop);
    }

    private Optional<Path> stopFile() {
        String file = settings.recovery().stopWhen();
        try {
            return file.isBlank() ? Optional.empty() : Optional.of(StoragePaths.qualified(file, hadoop));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot look for the file that ends the run: " + e.getMessage(), e);
        }
    }

    /** Null where the run came to its last step. */
    private RunCourse.Stopped stopped(List<StepMetrics> history, TrainingSchedule schedule, EarlyStop stop) {
        return history.size() == schedule.steps()
                ? null
                : new RunCourse.Stopped(history.size(), stop.reason().orElseGet(this::noBetter));
    }

    private String noBetter() {
        return "the held-out loss was no better in "
                + Names.count(settings.earlyStopping().patience(), "evaluation");
    }

    private static RunCourse course(
            Supervisor.Finished finished, RunCheckpoints checkpoints, RunCourse.Stopped stopped) {
        StartPoint start = checkpoints.start();
        return new RunCourse(
                finished.attempt().number() + 1,
                start.step() == 0 ? null : new RunCourse.ResumedFrom(start.checkpoint(), start.step()),
                checkpoints.figures(),
                stopped,
                checkpoints
                        .best()
                        .map(best -> new RunCourse.Best(best.point().step(), best.loss()))
                        .orElse(null));
    }

    private Saving saving(TemporaryFolder folder) {
        if (!settings.checkpoint().writes()) {
            return new Saving(
                    folder.path().toString(), 0, settings.earlyStopping().active());
        }
        String directory = settings.checkpoint().directory();
        try {
            return new Saving(
                    StoragePaths.qualified(directory, hadoop).toString(),
                    settings.checkpoint().interval(),
                    settings.earlyStopping().active());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot write checkpoints to " + directory + ": " + Sentence.end(e.getMessage())
                            + " Set checkpointDirectory to a path that can be written.",
                    e);
        }
    }

    private Outlook outlook(TrainingSchedule schedule, RankPlaces places) {
        return new Outlook(
                ModelName.withParameters(settings.model(), places.memory().parameters()),
                schedule,
                LossName.counted(settings.model()),
                settings.model().context(),
                places.partitionGroupSize(),
                places.device().cuda(),
                places.memory().bytesPerRank(places.partitionGroupSize()));
    }

    /** Remembers the last step for what is said of a run that ends early. */
    private final class Told implements StepListener {

        @Override
        public void accept(StepMetrics step) {
            last = step;
            listener.accept(step);
        }

        @Override
        public void resume(List<StepMetrics> steps) {
            listener.resume(steps);
        }
    }

    /** Null where there was no evaluation. */
    private static Double lastValidation(List<StepMetrics> history) {
        Double loss = null;
        for (StepMetrics step : history) {
            loss = step.validationLoss() == null ? loss : step.validationLoss();
        }
        return loss;
    }

    private static TrainingSummary summary(PreparedRows rows, MemoryModel memory, Supervisor.Finished finished) {
        RankReport first = RankReport.first(finished.reports());
        List<StepMetrics> history = first.history();
        StepMetrics end = history.get(history.size() - 1);
        long steps = history.size() - finished.attempt().firstStep();
        TrainingSummary summary = new TrainingSummary(
                finished.attempt().worldSize(),
                finished.attempt().partitionGroupSize(),
                memory.parameters(),
                history.size(),
                history.stream().filter(StepMetrics::skipped).count(),
                history.get(0).loss(),
                end.loss(),
                first.finalLoss(),
                lastValidation(history),
                end.tokens(),
                end.seconds(),
                steps,
                RankReport.totalBytes(finished.reports()),
                rows.figures(),
                Map.of());
        return WaitFigures.of(finished.reports(), steps)
                .map(waits -> waits.addTo(summary))
                .orElse(summary);
    }
}
