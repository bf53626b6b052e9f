package io.sparkmics.job;

import io.sparkmics.bootstrap.Names;
import io.sparkmics.data.SequenceKey;
import io.sparkmics.job.attempt.AttemptFailedException;
import io.sparkmics.job.attempt.AttemptWatch;
import io.sparkmics.job.attempt.BarrierStage;
import io.sparkmics.job.attempt.RunCheckpoints;
import io.sparkmics.job.attempt.Signals;
import io.sparkmics.job.attempt.Supervisor;
import io.sparkmics.job.cluster.JobDescription;
import io.sparkmics.job.cluster.Json;
import io.sparkmics.job.cluster.RankPlaces;
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
import io.sparkmics.plan.TrainingSchedule;
import java.util.List;
import java.util.Map;
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
            Saving saving) {
        this.spark = spark;
        this.settings = settings;
        this.hadoop = hadoop;
        this.runDirectory = runDirectory;
        this.places = places;
        this.rows = rows;
        this.saving = saving;
        this.profile = places.device().profile(spark);
    }

    /** Blocks until an attempt has come to its end, or the run is given up: see {@link Supervisor#run}. */
    Supervisor.Finished run(Attempt first, RunCheckpoints checkpoints, StepListener listener) {
        try (ProgressLine line = new ProgressLine(spark);
                RankChannel channel = RankChannel.open(spark, listeners(line, listener, checkpoints))) {
            Supervisor supervisor = new Supervisor(
                    spark,
                    settings,
                    ModelName.of(settings.model()),
                    profile,
                    size -> places.memory().bytesPerRank(size) <= places.memoryPerRank(),
                    checkpoints,
                    (attempt, signals, watch) -> launch(attempt, signals, watch, channel));
            return supervisor.run(first);
        }
    }

    private List<RankReport> launch(Attempt attempt, Signals signals, AttemptWatch watch, RankChannel channel)
            throws AttemptFailedException, InterruptedException {
        running = signals;
        TrainingSchedule schedule = rows.schedule().on(attempt.worldSize());
        TrainingPlan plan = plan(schedule, channel.begin(attempt.number()), attempt);
        JavaPairRDD<SequenceKey, int[]> pieces = rows.shuffle(schedule, attempt.firstBatch(schedule.steps()));
        try (JobDescription description =
                JobDescription.of(spark, "Training, " + Names.count(attempt.worldSize(), "rank"))) {
            return watch.watch(BarrierStage.start(pieces, plan, profile));
        }
    }

    /** Who hears what ranks say, by kind of message. */
    private Map<String, Consumer<String>> listeners(
            StepListener line, StepListener listener, RunCheckpoints checkpoints) {
        return Map.of(
                StepMetrics.KIND,
                StepMetrics.reader(step -> {
                    running.stepped(step.step());
                    line.accept(step);
                    listener.accept(step);
                }),
                RankFailure.KIND,
                json -> running.failed(Json.read(json, RankFailure.class)),
                SaveReport.KIND,
                json -> {
                    running.heard();
                    checkpoints.saved(Json.read(json, SaveReport.class));
                });
    }

    private TrainingPlan plan(TrainingSchedule schedule, RankSender sender, Attempt attempt) {
        return new TrainingPlan(
                settings,
                schedule,
                rows.counts(),
                rows.endOfText().orElse(InputSettings.NO_END_OF_TEXT),
                runDirectory.toString(),
                rows.text(),
                places.device().gpus().way(),
                sender,
                new SerializableConfiguration(hadoop),
                attempt,
                saving);
    }
}
