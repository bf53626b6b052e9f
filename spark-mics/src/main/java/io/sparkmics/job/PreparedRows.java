package io.sparkmics.job;

import io.sparkmics.bootstrap.Names;
import io.sparkmics.data.DataSettings;
import io.sparkmics.data.SequenceKey;
import io.sparkmics.data.TokenCounts;
import io.sparkmics.data.TokenData;
import io.sparkmics.job.cluster.JobDescription;
import io.sparkmics.job.settings.TrainingSettings;
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
        String what = "Counting the tokens of column " + settings.inputCol();
        System.err.println(what + ".");
        TokenData data;
        try (JobDescription description = JobDescription.of(spark, what)) {
            data = TokenData.prepare(frame, dataSettings);
        }
        boolean text = TokenData.isText(frame.schema(), settings.inputCol());
        PreparedRows rows = new PreparedRows(spark, settings, dataSettings, text, data);
        rows.schedule().warning().ifPresent(System.err::println);
        System.err.println(rows.counts().describe(rows.leftOverSequences()));
        return rows;
    }

    private static TrainingSchedule schedule(TrainingSettings settings, TokenCounts counts) {
        long steps = TrainingSchedule.steps(
                settings.maxSteps() > 0 ? OptionalLong.of(settings.maxSteps()) : OptionalLong.empty(),
                epochs(settings),
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

    private static OptionalDouble epochs(TrainingSettings settings) {
        return settings.maxEpochs() > 0 ? OptionalDouble.of(settings.maxEpochs()) : OptionalDouble.empty();
    }

    private long leftOverSequences() {
        return schedule.leftOverSequences(epochs(settings), counts().trainingSequences());
    }

    /** The batches of the schedule, a partition for each rank; the shuffle runs with the job that reads them. */
    JavaPairRDD<SequenceKey, int[]> shuffle() {
        String what = String.format(
                Locale.ROOT,
                "Shuffling %,d sequences to %s",
                schedule.sequences(),
                Names.count(schedule.worldSize(), "rank"));
        System.err.println(what + ".");
        try (JobDescription description = JobDescription.of(spark, what)) {
            return data.shuffle(schedule);
        }
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
        return figures;
    }
}
