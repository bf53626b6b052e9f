package io.sparkmics.job;

import io.sparkmics.bootstrap.Names;
import io.sparkmics.checkpoint.TemporaryFolder;
import io.sparkmics.data.SequenceKey;
import io.sparkmics.job.attempt.BarrierStage;
import io.sparkmics.job.cluster.DeviceChoice;
import io.sparkmics.job.cluster.Interruption;
import io.sparkmics.job.cluster.JobDescription;
import io.sparkmics.job.cluster.RankPlaces;
import io.sparkmics.job.cluster.TaggedJobs;
import io.sparkmics.job.cluster.WorkDirectory;
import io.sparkmics.job.rank.RankReport;
import io.sparkmics.job.rank.TrainingPlan;
import io.sparkmics.job.settings.TrainingSettings;
import io.sparkmics.model.ModelName;
import io.sparkmics.monitor.ProgressChannel;
import io.sparkmics.monitor.ProgressLine;
import io.sparkmics.monitor.StepMetrics;
import io.sparkmics.monitor.TrainingSummary;
import io.sparkmics.plan.MemoryModel;
import io.sparkmics.plan.TrainingSchedule;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
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
    private final Consumer<StepMetrics> listener;

    /** The step that was heard of last, on another thread; null before the first. */
    private volatile StepMetrics last;

    private TrainingJob(Dataset<Row> frame, TrainingSettings settings, Consumer<StepMetrics> listener) {
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
    public static TrainingResult run(Dataset<?> frame, TrainingSettings settings, Consumer<StepMetrics> listener) {
        return new TrainingJob(frame.toDF(), settings, listener).run();
    }

    private TrainingResult run() {
        Preflight.check(settings, frame.schema(), spark.getConf(), hadoop);
        DeviceChoice possible = RankPlaces.await(spark, settings);
        WorkDirectory.tidy(spark.sc());
        TemporaryFolder folder = WorkDirectory.create(
                settings.workDirectory(), hadoop, spark.sc().applicationId());
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
        List<RankReport> reports = trainRanks(folder, places, rows);
        RankReport.requireTrained(reports);
        MemoryFigures taken = MemoryFigures.of(memory, places.partitionGroupSize(), reports);
        System.err.println(taken.describe());
        RankReport first = RankReport.first(reports);
        return new TrainingResult(
                first.model().require(hadoop),
                folder,
                taken.addTo(summary(rows, places, memory, reports)),
                first.history());
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

    private List<RankReport> trainRanks(TemporaryFolder folder, RankPlaces places, PreparedRows rows) {
        try (ProgressLine line = new ProgressLine(spark.sc());
                ProgressChannel channel = ProgressChannel.open(spark.sc(), line.andThen(this::hear))) {
            TrainingPlan plan = new TrainingPlan(
                    settings,
                    rows.schedule(),
                    places.partitionGroupSize(),
                    rows.counts(),
                    rows.endOfText().orElse(TrainingSettings.NO_END_OF_TEXT),
                    folder.path().toString(),
                    rows.text(),
                    places.device().gpus().way(),
                    channel.sender(),
                    new SerializableConfiguration(hadoop));
            JavaPairRDD<SequenceKey, int[]> pieces = rows.shuffle();
            try (JobDescription description =
                    JobDescription.of(spark.sc(), "Training, " + Names.count(settings.numWorkers(), "rank"))) {
                return BarrierStage.run(pieces, plan, places.device().profile(spark.sc()));
            }
        }
    }

    private void hear(StepMetrics step) {
        last = step;
        listener.accept(step);
    }

    private static TrainingSummary summary(
            PreparedRows rows, RankPlaces places, MemoryModel memory, List<RankReport> reports) {
        RankReport first = RankReport.first(reports);
        List<StepMetrics> history = first.history();
        StepMetrics end = history.get(history.size() - 1);
        return new TrainingSummary(
                rows.schedule().worldSize(),
                places.partitionGroupSize(),
                memory.parameters(),
                rows.schedule().steps(),
                history.stream().filter(StepMetrics::skipped).count(),
                history.get(0).loss(),
                end.loss(),
                first.finalLoss(),
                end.validationLoss(),
                end.tokens(),
                end.seconds(),
                RankReport.totalBytes(reports),
                rows.figures(),
                Map.of());
    }
}
