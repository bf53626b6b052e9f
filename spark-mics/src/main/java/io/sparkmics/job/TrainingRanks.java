package io.sparkmics.job;

import io.sparkmics.bootstrap.groups.Names;
import io.sparkmics.checkpoint.CheckpointFolder;
import io.sparkmics.data.SequenceKey;
import io.sparkmics.job.attempt.AttemptFailedException;
import io.sparkmics.job.attempt.AttemptWatch;
import io.sparkmics.job.attempt.BarrierStage;
import io.sparkmics.job.attempt.BestCheckpoint;
import io.sparkmics.job.attempt.EarlyStop;
import io.sparkmics.job.attempt.RunCheckpoints;
import io.sparkmics.job.attempt.Signals;
import io.sparkmics.job.attempt.Supervisor;
import io.sparkmics.job.cluster.JobDescription;
import io.sparkmics.job.cluster.Json;
import io.sparkmics.job.cluster.RankPlaces;
import io.sparkmics.job.rank.Attempt;
import io.sparkmics.job.rank.Heartbeat;
import io.sparkmics.job.rank.HeldOutLosses;
import io.sparkmics.job.rank.RankFailure;
import io.sparkmics.job.rank.RankReport;
import io.sparkmics.job.rank.SaveReport;
import io.sparkmics.job.rank.Saving;
import io.sparkmics.job.rank.TrainingPlan;
import io.sparkmics.job.settings.InputSettings;
import io.sparkmics.job.settings.TrainingSettings;
import io.sparkmics.model.LossName;
import io.sparkmics.model.ModelName;
import io.sparkmics.monitor.FailureCost;
import io.sparkmics.monitor.MetricsFile;
import io.sparkmics.monitor.ProgressLine;
import io.sparkmics.monitor.RankChannel;
import io.sparkmics.monitor.RankSender;
import io.sparkmics.monitor.StepListener;
import io.sparkmics.monitor.StepMetrics;
import io.sparkmics.plan.TrainingSchedule;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.util.SerializableConfiguration;

/** Has the ranks of a run train, attempt by attempt, and hears what they say. */
final class TrainingRanks {

    private final SparkContext spark;
    private final TrainingSettings settings;
    private final Configuration hadoop;
    private final Path runDirectory;
    private final RankPlaces places;
    private final PreparedRows rows;
    private final Saving saving;
    private final EarlyStop stop;
    private final ResourceProfile profile;

    /** Of the attempt that runs; what ranks say is heard on another thread. */
    private volatile Signals running;

    TrainingRanks(
            SparkContext spark,
            TrainingSettings settings,
            Configuration hadoop,
            Path runDirectory,
            RankPlaces places,
            PreparedRows rows,
            Saving saving,
            EarlyStop stop) {
        this.spark = spark;
        this.settings = settings;
        this.hadoop = hadoop;
        this.runDirectory = runDirectory;
        this.places = places;
        this.rows = rows;
        this.saving = saving;
        this.stop = stop;
        this.profile = places.device().profile(spark);
    }

    /** Blocks until an attempt has come to its end, or the run is given up: see {@link Supervisor#run}. */
    Supervisor.Finished run(Attempt first, RunCheckpoints checkpoints, StepListener listener) {
        try (ProgressLine line = new ProgressLine(spark, LossName.counted(settings.model()));
                RankChannel channel = RankChannel.open(spark, listeners(line, listener, checkpoints));
                // Of their own: who listens to the others may take his time.
                RankChannel heartbeats = RankChannel.open(
                        spark, Map.of(Heartbeat.KIND, json -> running.beaten(Json.read(json, Heartbeat.class))))) {
            Supervisor supervisor = new Supervisor(
                    spark,
                    settings,
                    ModelName.of(settings.model()),
                    profile,
                    places::fits,
                    checkpoints,
                    stop,
                    (attempt, signals, watch) -> {
                        RankSender progress = channel.begin(attempt.number());
                        running = signals;
                        HeldOutLosses heldOut = heldOut(tellStepsBefore(attempt, line, listener), checkpoints.best());
                        return launch(attempt, watch, progress, heartbeats.begin(attempt.number()), heldOut);
                    });
            return supervisor.run(first);
        }
    }

    /** What is shown of a run must not end it. None where they cannot be read. */
    private List<StepMetrics> tellStepsBefore(Attempt attempt, StepListener line, StepListener listener) {
        List<StepMetrics> before = List.of();
        try {
            before = stepsBefore(attempt);
            line.resume(before);
            listener.resume(before);
        } catch (RuntimeException e) {
            System.err.println("The steps before are not shown: " + e.getMessage());
        }
        return before;
    }

    /** Where none of their parameters is there any more, evaluations before count for nothing. */
    private HeldOutLosses heldOut(List<StepMetrics> before, Optional<BestCheckpoint> best) {
        return best.map(kept -> HeldOutLosses.of(
                                before, settings.earlyStopping().minDelta())
                        .keeping(kept.loss()))
                .orElse(HeldOutLosses.NONE);
    }

    private List<StepMetrics> stepsBefore(Attempt attempt) {
        return attempt.checkpoint().isEmpty()
                ? List.of()
                : MetricsFile.read(
                        new Path(attempt.checkpoint(), CheckpointFolder.METRICS), attempt.firstStep(), hadoop);
    }

    private List<RankReport> launch(
            Attempt attempt, AttemptWatch watch, RankSender progress, RankSender heartbeats, HeldOutLosses heldOut)
            throws AttemptFailedException, InterruptedException {
        TrainingSchedule schedule = rows.schedule().on(attempt.worldSize());
        TrainingPlan plan = plan(schedule, progress, heartbeats, attempt, heldOut);
        JavaPairRDD<SequenceKey, int[]> pieces = rows.shuffle(schedule, attempt.firstBatch(schedule.steps()));
        try (JobDescription description =
                JobDescription.of(spark, "Training, " + Names.count(attempt.worldSize(), "rank"))) {
            return watch.watch(BarrierStage.start(pieces, plan, profile), heartbeats.prompt());
        }
    }

    /** Who hears what ranks say, by kind of message. */
    private Map<String, Consumer<String>> listeners(
            ProgressLine line, StepListener listener, RunCheckpoints checkpoints) {
        StepListener cost = saving.checkpoints() ? step -> {} : new FailureCost(line::tell);
        return Map.of(
                StepMetrics.KIND,
                StepMetrics.reader(step -> {
                    running.stepped(step.step());
                    line.accept(step);
                    cost.accept(step);
                    listener.accept(step);
                    stop.heard(step);
                }),
                RankFailure.KIND,
                json -> running.failed(Json.read(json, RankFailure.class)),
                SaveReport.KIND,
                json -> {
                    running.heard();
                    SaveReport report = Json.read(json, SaveReport.class);
                    // What a rank that ends has not saved is no news.
                    if (report.failure() == null || !running.failed()) {
                        checkpoints.saved(report);
                    }
                });
    }

    private TrainingPlan plan(
            TrainingSchedule schedule,
            RankSender progress,
            RankSender heartbeats,
            Attempt attempt,
            HeldOutLosses heldOut) {
        return new TrainingPlan(
                settings,
                schedule,
                rows.counts(),
                rows.endOfText().orElse(InputSettings.NO_END_OF_TEXT),
                runDirectory.toString(),
                rows.text(),
                places.device().gpus().way(),
                progress,
                heartbeats,
                new SerializableConfiguration(hadoop),
                attempt,
                saving,
                heldOut);
    }
}
