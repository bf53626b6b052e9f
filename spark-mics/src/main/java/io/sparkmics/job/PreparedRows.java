package io.sparkmics.job;

import io.sparkmics.bootstrap.groups.Names;
import io.sparkmics.checkpoint.manifest.Manifest;
import io.sparkmics.data.DataSettings;
import io.sparkmics.data.SequenceKey;
import io.sparkmics.data.TokenCounts;
import io.sparkmics.data.TokenData;
import io.sparkmics.job.cluster.JobDescription;
import io.sparkmics.job.settings.OptimizationSettings;
import io.sparkmics.job.settings.ScheduleSettings;
import io.sparkmics.job.settings.TrainingSettings;
import io.sparkmics.job.settings.WorldSettings;
import io.sparkmics.plan.LearningRate;
import io.sparkmics.plan.TrainingSchedule;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** The rows of a run, in order and counted, and the schedule that they are enough for. */
final class PreparedRows {

    private final SparkContext spark;
    private final TrainingSettings settings;
    private final DataSettings dataSettings;
    private final boolean text;
    private final TokenData data;
    private final TrainingSchedule schedule;

    private PreparedRows(
            SparkContext spark, TrainingSettings settings, DataSettings dataSettings, boolean text, TokenData data) {
        this.spark = spark;
        this.settings = settings;
        this.dataSettings = dataSettings;
        this.text = text;
        this.data = data;
        this.schedule = schedule(settings, data.counts());
    }

    /**
     * Sorts and counts, in Spark jobs, and tells people what there is and what is odd about it.
     *
     * @throws IllegalArgumentException where the rows will not do for such a run
     */
    static PreparedRows of(Dataset<Row> frame, TrainingSettings settings) {
        SparkContext spark = frame.sparkSession().sparkContext();
        DataSettings dataSettings = Preflight.dataSettings(settings, frame.schema());
        TokenData.warning(frame.schema(), dataSettings).ifPresent(System.err::println);
        String what = settings.layout().isPresent()
                ? "Counting the rows"
                : "Counting the tokens of column " + settings.input().inputCol();
        System.err.println(what + ".");
        TokenData data;
        try (JobDescription description = JobDescription.of(spark, what)) {
            data = TokenData.prepare(frame, dataSettings);
        }
        boolean text = settings.input().text(frame.schema());
        PreparedRows rows = new PreparedRows(spark, settings, dataSettings, text, data);
        rows.schedule().warning().ifPresent(System.err::println);
        System.err.println(rows.counts().describe(rows.leftOverSequences()));
        return rows;
    }

    private static TrainingSchedule schedule(TrainingSettings settings, TokenCounts counts) {
        WorldSettings world = settings.world();
        ScheduleSettings asked = settings.schedule();
        OptimizationSettings optimization = settings.optimization();
        long steps = TrainingSchedule.steps(
                asked.maxSteps() > 0 ? OptionalLong.of(asked.maxSteps()) : OptionalLong.empty(),
                epochs(settings),
                counts.trainingSequences(),
                world.globalBatchSize());
        long evaluateEvery = asked.evaluateEvery() == 0 ? steps : asked.evaluateEvery();
        return new TrainingSchedule(
                world.numWorkers(),
                world.globalBatchSize(),
                world.microBatchSize(),
                steps,
                new LearningRate(
                        optimization.learningRate(),
                        optimization.warmUpSteps(),
                        optimization.minimumLearningRateRatio()),
                counts.validationSequences() == 0 ? 0 : evaluateEvery);
    }

    private static OptionalDouble epochs(TrainingSettings settings) {
        double epochs = settings.schedule().maxEpochs();
        return epochs > 0 ? OptionalDouble.of(epochs) : OptionalDouble.empty();
    }

    private long leftOverSequences() {
        return schedule.leftOverSequences(epochs(settings), counts().trainingSequences());
    }

    /**
     * The batches of the schedule, a partition for each rank; the shuffle runs with the job that reads them.
     *
     * @param ranks the schedule for as many of them as there are
     * @param firstStep whose batches are read first
     */
    JavaPairRDD<SequenceKey, int[]> shuffle(TrainingSchedule ranks, long firstStep) {
        String what = String.format(
                Locale.ROOT,
                "Shuffling %,d sequences to %s",
                ranks.sequences() - firstStep * ranks.globalBatchSize(),
                Names.count(ranks.worldSize(), "rank"));
        System.err.println(what + ".");
        try (JobDescription description = JobDescription.of(spark, what)) {
            return data.shuffle(ranks, firstStep);
        }
    }

    /** What a checkpoint says of them. */
    Manifest.Data described() {
        return new Manifest.Data(data.fingerprint(), figures());
    }

    TrainingSchedule schedule() {
        return schedule;
    }

    TokenCounts counts() {
        return data.counts();
    }

    /** Whether they are text, which the built-in tokenizer makes ids of. */
    boolean text() {
        return text;
    }

    /** The token that each of them is ended with, where there is one. */
    OptionalInt endOfText() {
        return dataSettings.endOfText();
    }

    /** What became of them: counts by name, as {@code summary.json} has them. */
    Map<String, Long> figures() {
        TokenCounts counts = counts();
        Map<String, Long> figures = new LinkedHashMap<>();
        figures.put("trainingDocuments", counts.trainingDocuments());
        figures.put("trainingTokens", counts.trainingTokens());
        figures.put("trainingSequences", counts.trainingSequences());
        figures.put("trainingTailTokens", counts.trainingTail());
        figures.put("leftOverSequences", leftOverSequences());
        figures.put("validationDocuments", counts.validationDocuments());
        figures.put("validationTokens", counts.validationTokens());
        figures.put("validationSequences", counts.validationSequences());
        figures.put("nullRows", counts.nullRows());
        figures.put("emptyDocuments", counts.emptyDocuments());
        if (counts.responses()) {
            figures.put("responseTokens", counts.responseTokens());
            figures.put("rowsWithoutRoom", counts.withoutRoom());
            figures.put("cutOffResponses", counts.cutOff());
        }
        return figures;
    }
}
