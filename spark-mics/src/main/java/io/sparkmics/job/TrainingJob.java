package io.sparkmics.job;

import io.sparkmics.bootstrap.Names;
import io.sparkmics.checkpoint.CheckpointFolder;
import io.sparkmics.checkpoint.StoragePaths;
import io.sparkmics.checkpoint.TemporaryFolder;
import io.sparkmics.checkpoint.WeightsVersion;
import io.sparkmics.data.SequenceKey;
import io.sparkmics.job.attempt.BarrierStage;
import io.sparkmics.job.attempt.ManifestDraft;
import io.sparkmics.job.attempt.RunCheckpoints;
import io.sparkmics.job.attempt.Signals;
import io.sparkmics.job.attempt.StartPoint;
import io.sparkmics.job.attempt.Supervisor;
import io.sparkmics.job.cluster.DeviceChoice;
import io.sparkmics.job.cluster.Interruption;
import io.sparkmics.job.cluster.JobDescription;
import io.sparkmics.job.cluster.Json;
import io.sparkmics.job.cluster.RankPlaces;
import io.sparkmics.job.cluster.TaggedJobs;
import io.sparkmics.job.cluster.WorkDirectory;
import io.sparkmics.job.export.ModelExport;
import io.sparkmics.job.rank.Attempt;
import io.sparkmics.job.rank.RankFailure;
import io.sparkmics.job.rank.RankReport;
import io.sparkmics.job.rank.SaveReport;
import io.sparkmics.job.rank.Saving;
import io.sparkmics.job.rank.TrainingPlan;
import io.sparkmics.job.settings.InputSettings;
import io.sparkmics.job.settings.TrainingSettings;
import io.sparkmics.model.ModelName;
import io.sparkmics.monitor.ProgressLine;
import io.sparkmics.monitor.RankChannel;
import io.sparkmics.monitor.RankSender;
import io.sparkmics.monitor.StepListener;
import io.sparkmics.monitor.StepMetrics;
import io.sparkmics.monitor.TrainingSummary;
import io.sparkmics.plan.MemoryModel;
import io.sparkmics.plan.TrainingSchedule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.util.SerializableConfiguration;

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

    /** The step that was heard of last, on another thread; null before the first. */
    private volatile StepMetrics last;

    private TrainingJob(Dataset<Row> frame, TrainingSettings settings, StepListener listener) {
        this.frame = frame;
        this.settings = settings;
        this.listener = listener;
        this.spark = JavaSparkContext.fromSparkContext(frame.sparkSession().sparkContext());
        // The session's own settings of file systems, not only the cluster's.
        this.hadoop = frame.sparkSession().sessionState().newHadoopConf();
    }

    /**
     * Trains to the end. Blocks; progress goes to standard error. Where it fails, no task of the run is left running.
     *
     * @param listener hears of every step while it trains, on one thread at a time: of some of them twice where Spark begins
     *     the stage again, of the last ones perhaps never where the connection is bad. The result has each of them once.
     * @throws IllegalArgumentException for settings and data that are wrong, all problems at once where they are known
     *     together
     * @throws IllegalStateException when the cluster has no room or cannot run native code, and when the training diverges
     * @throws java.util.concurrent.CancellationException when the thread is interrupted, which it stays
     */
    public static TrainingResult run(Dataset<?> frame, TrainingSettings settings, StepListener listener) {
        return new TrainingJob(frame.toDF(), settings, listener).run();
    }

    private TrainingResult run() {
        Preflight.check(settings, frame.schema(), spark.getConf(), hadoop);
        DeviceChoice possible = RankPlaces.await(spark, settings);
        WorkDirectory.tidy(spark.sc());
        TemporaryFolder folder = WorkDirectory.create(
                settings.workDirectory().path(), hadoop, spark.sc().applicationId());
        try (TaggedJobs jobs = new TaggedJobs(spark.sc())) {
            try {
                return train(folder, possible);
            } catch (Throwable failure) {
                // Spark throws checked exceptions that nothing declares.
                boolean interrupted = Interruption.endedBy(failure);
                int running = jobs.cancel("The training was given up: " + failure, Interruption.TIMEOUT);
                WorkDirectory.delete(folder, failure);
                if (interrupted) {
                    throw Interruption.error(failure, last, running);
                }
                throw failure;
            }
        }
    }

    private TrainingResult train(TemporaryFolder folder, DeviceChoice possible) {
        RankPlaces places = RankPlaces.choose(spark, settings, possible, folder.path(), hadoop);
        PreparedRows rows = PreparedRows.of(frame, settings);
        MemoryModel memory = settings.memoryModel();
        System.err.println(outlook(rows.schedule(), places, memory).describe());
        Saving saving = saving(folder);
        ManifestDraft draft = new ManifestDraft(settings, rows.schedule(), rows.described(), saving);
        StartPoint start = StartPoint.BEGINNING;
        try (RunCheckpoints checkpoints = new RunCheckpoints(draft, settings.checkpoint(), start, hadoop)) {
            Supervisor.Finished finished = trainRanks(folder, places, rows, saving, checkpoints);
            RankReport.requireTrained(finished.reports());
            MemoryFigures taken = MemoryFigures.of(memory, finished.attempt().partitionGroupSize(), finished.reports());
            System.err.println(taken.describe());
            RankReport first = RankReport.first(finished.reports());
            return new TrainingResult(
                    export(folder, rows, checkpoints.result(first.history().size())),
                    folder,
                    taken.addTo(summary(rows, memory, finished)),
                    first.history());
        }
    }

    private Saving saving(TemporaryFolder folder) {
        if (!settings.checkpoint().writes()) {
            return new Saving(folder.path().toString(), 0);
        }
        try {
            Path directory = StoragePaths.qualified(settings.checkpoint().directory(), hadoop);
            return new Saving(directory.toString(), settings.checkpoint().interval());
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private Supervisor.Finished trainRanks(
            TemporaryFolder folder, RankPlaces places, PreparedRows rows, Saving saving, RunCheckpoints checkpoints) {
        ResourceProfile profile = places.device().profile(spark.sc());
        AtomicReference<Signals> running = new AtomicReference<>();
        try (ProgressLine line = new ProgressLine(spark.sc());
                RankChannel channel = RankChannel.open(spark.sc(), listeners(line, running))) {
            Supervisor.Launcher launcher = (attempt, signals, watch) -> {
                running.set(signals);
                TrainingSchedule schedule = rows.schedule().on(attempt.worldSize());
                TrainingPlan plan =
                        plan(folder, places, rows, schedule, channel.begin(attempt.number()), attempt, saving);
                JavaPairRDD<SequenceKey, int[]> pieces = rows.shuffle(schedule, attempt.firstBatch(schedule.steps()));
                try (JobDescription description =
                        JobDescription.of(spark.sc(), "Training, " + Names.count(attempt.worldSize(), "rank"))) {
                    return watch.watch(BarrierStage.start(pieces, plan, profile));
                }
            };
            return new Supervisor(
                            spark.sc(),
                            settings,
                            ModelName.of(settings.model()),
                            profile,
                            size -> settings.memoryModel().bytesPerRank(size) <= places.memoryPerRank(),
                            checkpoints,
                            launcher)
                    .run(Attempt.first(settings.world().numWorkers(), places.partitionGroupSize()));
        }
    }

    private TrainingPlan plan(
            TemporaryFolder folder,
            RankPlaces places,
            PreparedRows rows,
            TrainingSchedule schedule,
            RankSender sender,
            Attempt attempt,
            Saving saving) {
        return new TrainingPlan(
                settings,
                schedule,
                rows.counts(),
                rows.endOfText().orElse(InputSettings.NO_END_OF_TEXT),
                folder.path().toString(),
                rows.text(),
                places.device().gpus().way(),
                sender,
                new SerializableConfiguration(hadoop),
                attempt,
                saving);
    }

    private WeightsVersion export(TemporaryFolder folder, PreparedRows rows, CheckpointFolder shards) {
        ModelExport.Source source = new ModelExport.Source(
                settings.model(),
                shards.path().toString(),
                rows.text(),
                rows.endOfText().orElse(InputSettings.NO_END_OF_TEXT),
                folder.path().toString(),
                new SerializableConfiguration(hadoop));
        try (JobDescription description = JobDescription.of(spark.sc(), "Writing the model")) {
            return ModelExport.run(spark, source).require(hadoop);
        }
    }

    private Outlook outlook(TrainingSchedule schedule, RankPlaces places, MemoryModel memory) {
        return new Outlook(
                ModelName.withParameters(settings.model(), memory.parameters()),
                schedule,
                settings.model().context(),
                places.partitionGroupSize(),
                places.device().cuda(),
                memory.bytesPerRank(places.partitionGroupSize()));
    }

    /** Who hears what ranks say, by kind of message. */
    private Map<String, Consumer<String>> listeners(StepListener line, AtomicReference<Signals> running) {
        return Map.of(
                StepMetrics.KIND,
                StepMetrics.reader(step -> {
                    running.get().stepped(step.step());
                    line.accept(step);
                    last = step;
                    listener.accept(step);
                }),
                RankFailure.KIND,
                json -> running.get().failed(Json.read(json, RankFailure.class)),
                SaveReport.KIND,
                json -> System.err.println(Json.read(json, SaveReport.class)));
    }

    private static TrainingSummary summary(PreparedRows rows, MemoryModel memory, Supervisor.Finished finished) {
        RankReport first = RankReport.first(finished.reports());
        List<StepMetrics> history = first.history();
        StepMetrics end = history.get(history.size() - 1);
        return new TrainingSummary(
                finished.attempt().worldSize(),
                finished.attempt().partitionGroupSize(),
                memory.parameters(),
                rows.schedule().steps(),
                history.stream().filter(StepMetrics::skipped).count(),
                history.get(0).loss(),
                end.loss(),
                first.finalLoss(),
                end.validationLoss(),
                end.tokens(),
                end.seconds(),
                RankReport.totalBytes(finished.reports()),
                rows.figures(),
                Map.of());
    }
}
