package io.sparkmics.job;

import io.sparkmics.bootstrap.machine.GpuMachine;
import io.sparkmics.data.DataSettings;
import io.sparkmics.data.TokenCounts;
import io.sparkmics.data.TokenData;
import io.sparkmics.monitor.ProgressChannel;
import io.sparkmics.monitor.ProgressLine;
import io.sparkmics.monitor.StepMetrics;
import io.sparkmics.monitor.TrainingSummary;
import io.sparkmics.plan.LearningRate;
import io.sparkmics.plan.TrainingSchedule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
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

    private TrainingJob(Dataset<Row> frame, TrainingSettings settings) {
        this.frame = frame;
        this.settings = settings;
        this.spark = JavaSparkContext.fromSparkContext(frame.sparkSession().sparkContext());
        // The session's own settings of file systems, not only the cluster's.
        this.hadoop = frame.sparkSession().sessionState().newHadoopConf();
    }

    /**
     * Trains to the end. Blocks; progress goes to standard error.
     *
     * @throws IllegalArgumentException for settings and data that are wrong, all problems at once where they are known
     *     together
     * @throws IllegalStateException when the cluster has no room or cannot run native code
     */
    public static TrainingResult run(Dataset<?> frame, TrainingSettings settings) {
        return new TrainingJob(frame.toDF(), settings).run();
    }

    private TrainingResult run() {
        Preflight.check(settings, frame.schema(), spark.getConf(), hadoop);
        DeviceChoice possible = DeviceChoice.of(settings.deviceType(), spark.getConf(), GpuMachine.hasLibraries());
        awaitSlots(possible);
        Path run = WorkDirectory.create(settings.workDirectory(), hadoop);
        WorkDirectory.deleteWithApplication(run, hadoop, spark.sc());
        try {
            ExecutorSurvey survey = ExecutorSurvey.of(spark, possible, settings.numWorkers(), run, hadoop);
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
            return train(run, device, partitionGroupSize(device, survey));
        } catch (Exception failure) {
            // Spark throws checked exceptions that nothing declares.
            WorkDirectory.delete(run, hadoop, failure);
            throw failure;
        }
    }

    private void awaitSlots(DeviceChoice device) {
        Slots.await(
                spark.sc(),
                device.profile(spark.sc()),
                settings.numWorkers(),
                settings.slotTimeout(),
                System.err::println);
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

    private TrainingResult train(Path run, DeviceChoice device, int partitionGroupSize) {
        DataSettings rows = Preflight.dataSettings(settings, frame.schema());
        TokenData.warning(frame.schema(), rows).ifPresent(System.err::println);
        TokenData data = TokenData.prepare(frame, rows);
        TokenCounts counts = data.counts();
        TrainingSchedule schedule = schedule(counts);
        schedule.warning().ifPresent(System.err::println);
        System.err.println(counts.describe(schedule.leftOverSequences(epochs(), counts.trainingSequences())));
        List<RankReport> reports;
        try (ProgressLine line = new ProgressLine();
                ProgressChannel channel = ProgressChannel.open(spark.sc(), line)) {
            TrainingPlan plan = new TrainingPlan(
                    settings,
                    schedule,
                    partitionGroupSize,
                    counts,
                    rows.endOfText().orElse(TrainingSettings.NO_END_OF_TEXT),
                    run.toString(),
                    device.gpus().way(),
                    channel.sender(),
                    new SerializableConfiguration(hadoop));
            reports = BarrierStage.run(data.shuffle(schedule), plan, device.profile(spark.sc()));
        }
        MemoryFigures memory = MemoryFigures.of(settings.memoryModel(), partitionGroupSize, reports);
        System.err.println(memory.describe());
        RankReport first = reports.stream()
                .filter(report -> report.rank() == 0)
                .findFirst()
                .orElseThrow();
        List<StepMetrics> history = first.history();
        TrainingSummary summary = summary(schedule, partitionGroupSize, counts, reports, history);
        return new TrainingResult(first.modelDirectory(), memory.addTo(summary), history);
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
                history.get(0).loss(),
                last.loss(),
                last.validationLoss(),
                last.tokens(),
                last.seconds(),
                RankReport.totalBytes(reports),
                data,
                Map.of());
    }
}
