package io.sparkmics.job;

import io.sparkmics.bootstrap.machine.GpuMachine;
import io.sparkmics.checkpoint.TemporaryFolder;
import io.sparkmics.data.DataSettings;
import io.sparkmics.data.SequenceKey;
import io.sparkmics.data.TokenCounts;
import io.sparkmics.data.TokenData;
import io.sparkmics.model.ModelName;
import io.sparkmics.monitor.ProgressChannel;
import io.sparkmics.monitor.ProgressLine;
import io.sparkmics.monitor.StepMetrics;
import io.sparkmics.monitor.TrainingSummary;
import io.sparkmics.plan.LearningRate;
import io.sparkmics.plan.MemoryModel;
import io.sparkmics.plan.TrainingSchedule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.util.SerializableConfiguration;

/**
 * A training run, seen from the driver: checks, waits for slots, puts the data in order, makes the schedule, starts the
 * barrier stage and shows its progress.
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
     * @throws IllegalStateException when the cluster has no room or cannot run native code
     * @throws java.util.concurrent.CancellationException when the thread is interrupted, which it stays
     */
    public static TrainingResult run(Dataset<?> frame, TrainingSettings settings, Consumer<StepMetrics> listener) {
        return new TrainingJob(frame.toDF(), settings, listener).run();
    }

    private TrainingResult run() {
        Preflight.check(settings, frame.schema(), spark.getConf(), hadoop);
        DeviceChoice possible = DeviceChoice.of(settings.deviceType(), spark.getConf(), GpuMachine.hasLibraries());
        awaitSlots(possible);
        WorkDirectory.tidy(spark.sc());
        TemporaryFolder folder = WorkDirectory.create(
                settings.workDirectory(), hadoop, spark.sc().applicationId());
        try (RunJobs jobs = new RunJobs(spark.sc())) {
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
        Path run = folder.path();
        ExecutorSurvey survey = survey(possible, run);
        DeviceChoice device = survey.choose(possible, threads(possible));
        System.err.println(device);
        if (device.cuda()) {
            survey.gpuVersions().forEach(System.err::println);
        }
        if (!device.equals(possible)) {
            // What the tasks of a run on CPUs ask for is something else.
            awaitSlots(device);
        }
        WorkDirectory.requireShared(run, settings.sharedWorkDirectory(), survey.severalHosts());
        return train(folder, device, partitionGroupSize(device, survey));
    }

    private void awaitSlots(DeviceChoice device) {
        Slots.await(
                spark.sc(),
                device.profile(spark.sc()),
                settings.numWorkers(),
                settings.slotTimeout(),
                System.err::println);
    }

    private void hear(StepMetrics step) {
        last = step;
        listener.accept(step);
    }

    private ExecutorSurvey survey(DeviceChoice possible, Path run) {
        try (JobDescription description = describe("Asking the executors what they are")) {
            return ExecutorSurvey.of(spark, possible, settings.numWorkers(), run, hadoop);
        }
    }

    private JobDescription describe(String text) {
        return JobDescription.of(spark.sc(), text);
    }

    private OptionalInt threads(DeviceChoice device) {
        return device.gpus().way() == GpuTasks.Way.LOCAL ? OptionalInt.of(settings.numWorkers()) : OptionalInt.empty();
    }

    private int partitionGroupSize(DeviceChoice device, ExecutorSurvey survey) {
        if (settings.partitionGroupSize() > 0) {
            return settings.partitionGroupSize();
        }
        return settings.memoryModel()
                .smallestPartitionGroupSize(
                        settings.numWorkers(),
                        device.cuda() ? survey.gpuMemoryPerRank() : survey.memoryPerRank(settings.numWorkers()));
    }

    private TrainingResult train(TemporaryFolder folder, DeviceChoice device, int partitionGroupSize) {
        DataSettings rows = Preflight.dataSettings(settings, frame.schema());
        TokenData.warning(frame.schema(), rows).ifPresent(System.err::println);
        TokenData data = count(rows);
        TokenCounts counts = data.counts();
        TrainingSchedule schedule = schedule(counts);
        schedule.warning().ifPresent(System.err::println);
        System.err.println(counts.describe(schedule.leftOverSequences(epochs(), counts.trainingSequences())));
        System.err.println(outlook(schedule, partitionGroupSize, device).describe());
        List<RankReport> reports;
        try (ProgressLine line = new ProgressLine(spark.sc());
                ProgressChannel channel = ProgressChannel.open(spark.sc(), line.andThen(this::hear))) {
            TrainingPlan plan = new TrainingPlan(
                    settings,
                    schedule,
                    partitionGroupSize,
                    counts,
                    rows.endOfText().orElse(TrainingSettings.NO_END_OF_TEXT),
                    folder.path().toString(),
                    TokenData.isText(frame.schema(), settings.inputCol()),
                    device.gpus().way(),
                    channel.sender(),
                    new SerializableConfiguration(hadoop));
            reports = run(plan, shuffle(data, schedule), device);
        }
        RankReport.requireModel(reports);
        MemoryFigures memory = MemoryFigures.of(settings.memoryModel(), partitionGroupSize, reports);
        System.err.println(memory.describe());
        RankReport first = reports.stream()
                .filter(report -> report.rank() == 0)
                .findFirst()
                .orElseThrow();
        List<StepMetrics> history = first.history();
        TrainingSummary summary = summary(schedule, partitionGroupSize, counts, reports, history);
        return new TrainingResult(first.model().require(hadoop), folder, memory.addTo(summary), history);
    }

    private Outlook outlook(TrainingSchedule schedule, int partitionGroupSize, DeviceChoice device) {
        MemoryModel memory = settings.memoryModel();
        return new Outlook(
                ModelName.withParameters(settings.model(), memory.parameters()),
                schedule,
                settings.model().context(),
                partitionGroupSize,
                device.cuda(),
                memory.bytesPerRank(partitionGroupSize));
    }

    private TokenData count(DataSettings rows) {
        String what = "Counting the tokens of column " + settings.inputCol();
        System.err.println(what + ".");
        try (JobDescription description = describe(what)) {
            return TokenData.prepare(frame, rows);
        }
    }

    private JavaPairRDD<SequenceKey, int[]> shuffle(TokenData data, TrainingSchedule schedule) {
        String what = String.format(
                Locale.ROOT, "Shuffling %,d sequences to %d ranks", schedule.sequences(), schedule.worldSize());
        System.err.println(what + ".");
        try (JobDescription description = describe(what)) {
            return data.shuffle(schedule);
        }
    }

    private List<RankReport> run(TrainingPlan plan, JavaPairRDD<SequenceKey, int[]> pieces, DeviceChoice device) {
        try (JobDescription description = describe("Training, " + settings.numWorkers() + " ranks")) {
            return BarrierStage.run(pieces, plan, device.profile(spark.sc()));
        }
    }

    private OptionalDouble epochs() {
        return settings.maxEpochs() > 0 ? OptionalDouble.of(settings.maxEpochs()) : OptionalDouble.empty();
    }

    private TrainingSchedule schedule(TokenCounts counts) {
        long steps = TrainingSchedule.steps(
                settings.maxSteps() > 0 ? OptionalLong.of(settings.maxSteps()) : OptionalLong.empty(),
                epochs(),
                counts.trainingSequences(),
                settings.globalBatchSize());
        long evaluateEvery = settings.evaluateEvery() == 0 ? steps : settings.evaluateEvery();
        return new TrainingSchedule(
                settings.numWorkers(),
                settings.globalBatchSize(),
                settings.microBatchSize(),
                steps,
                new LearningRate(settings.learningRate(), settings.warmUpSteps(), settings.minimumLearningRateRatio()),
                counts.validationSequences() == 0 ? 0 : evaluateEvery);
    }

    private TrainingSummary summary(
            TrainingSchedule schedule,
            int partitionGroupSize,
            TokenCounts counts,
            List<RankReport> reports,
            List<StepMetrics> history) {
        StepMetrics last = history.get(history.size() - 1);
        Map<String, Long> data = new LinkedHashMap<>();
        data.put("trainingDocuments", counts.trainingDocuments());
        data.put("trainingTokens", counts.trainingTokens());
        data.put("trainingSequences", counts.trainingSequences());
        data.put("trainingTailTokens", counts.trainingTail());
        data.put("leftOverSequences", schedule.leftOverSequences(epochs(), counts.trainingSequences()));
        data.put("validationDocuments", counts.validationDocuments());
        data.put("validationTokens", counts.validationTokens());
        data.put("validationSequences", counts.validationSequences());
        data.put("nullRows", counts.nullRows());
        data.put("emptyDocuments", counts.emptyDocuments());
        return new TrainingSummary(
                schedule.worldSize(),
                partitionGroupSize,
                settings.model().build().size(),
                schedule.steps(),
                history.stream().filter(StepMetrics::skipped).count(),
                history.get(0).loss(),
                last.loss(),
                reports.get(0).finalLoss(),
                last.validationLoss(),
                last.tokens(),
                last.seconds(),
                RankReport.totalBytes(reports),
                data,
                Map.of());
    }
}
