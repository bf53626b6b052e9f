package io.sparkmics;

import io.sparkmics.checkpoint.StoragePaths;
import io.sparkmics.checkpoint.WeightsVersion;
import io.sparkmics.data.Columns;
import io.sparkmics.job.TrainingResult;
import io.sparkmics.job.cluster.JobDescription;
import io.sparkmics.model.ModelName;
import io.sparkmics.monitor.LossPicture;
import io.sparkmics.monitor.MetricsLog;
import io.sparkmics.monitor.TrainingSummary;
import io.sparkmics.params.Defaults;
import io.sparkmics.params.ScoringParams;
import io.sparkmics.scoring.Generation;
import io.sparkmics.scoring.GenerationSettings;
import io.sparkmics.scoring.ModelSource;
import io.sparkmics.scoring.Sampling;
import io.sparkmics.scoring.Scoring;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * A trained model. Its weights stay in files: {@link #transform} and {@link #generate} read them on the executors, where
 * one JVM must have room for all of them.
 *
 * <p>The weights that {@link MicsEstimator#fit} made lie in a folder of their own, until {@link #write} saves them or nothing
 * refers to them any more: no model, no copy of it, no frame that {@link #transform} made; at the latest until the application
 * ends. A loaded model reads them from the folder that it was loaded from, and refuses to be saved over it. Whatever was made
 * with weights that were replaced since fails instead of using others. A {@link org.apache.spark.ml.PipelineModel} cannot
 * refuse: saved with {@code overwrite()} over the path that it was loaded from, it loses the weights, as Spark deletes the
 * folder before it asks any stage.
 */
public final class MicsModel extends Model<MicsModel> implements ScoringParams<MicsModel>, MLWritable {

    private static final long serialVersionUID = 1L;

    private static final int NO_STOP_TOKEN = -1;

    private final String uid;
    private final WeightsVersion weights;
    private final transient TrainingResult training;

    /** A model without weights, of use to look at params only. */
    public MicsModel() {
        this(Identifiable$.MODULE$.randomUID("MicsModel"), null, null);
    }

    /** @param training how it was trained; null where it was loaded */
    MicsModel(String uid, WeightsVersion weights, TrainingResult training) {
        this.uid = uid;
        this.weights = weights;
        this.training = training;
        Defaults.of(this);
    }

    @Override
    public String uid() {
        return uid;
    }

    /**
     * Adds to each row its loss and how many of its tokens were predicted: all but the first, in consecutive windows where
     * the row is longer than the model's context. All other columns stay as they are.
     *
     * <p>Lazy, in parallel on the executors, each row by itself: a row is scored once and only where its loss is asked for,
     * and the count of its tokens takes no weights.
     *
     * @throws IllegalArgumentException telling all that is wrong with the columns
     */
    @Override
    public Dataset<Row> transform(Dataset<?> frame) {
        transformSchema(frame.schema(), true);
        return scoring().add(frame.toDF(), source(frame.sparkSession()), getBatchSize());
    }

    @Override
    public StructType transformSchema(StructType schema) {
        new Columns(schema)
                .requireTokens(getInputCol())
                .requireNew(getLossCol(), getTokenCountCol())
                .check();
        return scoring().schema(schema);
    }

    private Scoring scoring() {
        return new Scoring(getInputCol(), getLossCol(), getTokenCountCol());
    }

    /** As {@link #generate(String, int, Sampling)}, with {@link Sampling#DEFAULT}. */
    public String generate(String prompt, int tokens) {
        return generate(prompt, tokens, Sampling.DEFAULT);
    }

    /** As {@link #generate(String, int, Sampling)}. */
    public String generate(String prompt, int tokens, double temperature, int topK, long seed) {
        return generate(prompt, tokens, new Sampling(temperature, topK, seed));
    }

    /**
     * Continues a text, in a Spark job of one task, by the tokenizer that lies beside the weights, or the built-in one.
     *
     * @param tokens how many to add at most: the text may end before
     * @return the prompt and what follows it
     */
    public String generate(String prompt, int tokens, Sampling sampling) {
        SparkSession session = SparkSession.active();
        Generation generation =
                Generation.of(source(session), true, new GenerationSettings(tokens, sampling, NO_STOP_TOKEN, 1));
        Dataset<Row> prompts =
                session.createDataset(List.of(prompt), Encoders.STRING()).toDF("prompt");
        try (JobDescription description =
                JobDescription.of(session.sparkContext(), "Generating " + tokens + " tokens")) {
            return prompt
                    + generation.add(prompts, "prompt", "generated").first().getString(1);
        }
    }

    /** A stage that goes on with the prompts of a column by this model; by {@link #getInputCol} of this, at first. */
    public MicsGenerator generator() {
        return new MicsGenerator(Identifiable$.MODULE$.randomUID("MicsGenerator"), this).setInputCol(getInputCol());
    }

    public boolean hasSummary() {
        return training != null;
    }

    /** How the training went; only where {@link #hasSummary}: a loaded model has none. */
    public TrainingSummary summary() {
        return training().summary();
    }

    /** As {@link #writeReport(String, Map)}, with nothing more. */
    public String writeReport(String folder) {
        return writeReport(folder, Map.of());
    }

    /**
     * Writes how the training went into a folder: {@code summary.json}, {@code metrics.jsonl} with a line a step, and {@code
     * loss.png}; only where {@link #hasSummary}.
     *
     * @param folder any Hadoop path
     * @param more what else {@code summary.json} shall tell, by names that it does not have yet
     * @return one line for people: where the picture is, or why there is none
     */
    public String writeReport(String folder, Map<String, ?> more) {
        Configuration hadoop = SparkSession.active().sessionState().newHadoopConf();
        Path path = qualified(folder, hadoop);
        TrainingSummary summary = summary();
        for (Map.Entry<String, ?> entry : more.entrySet()) {
            summary = summary.with(entry.getKey(), entry.getValue());
        }
        summary.write(path, hadoop);
        try (MetricsLog log = MetricsLog.open(path, hadoop)) {
            training().history().forEach(log);
        }
        return LossPicture.draw(ModelName.withSizes(getModel()), training().history(), path, hadoop)
                .message();
    }

    private static Path qualified(String folder, Configuration hadoop) {
        try {
            return StoragePaths.qualified(folder, hadoop);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    TrainingResult training() {
        if (training == null) {
            throw new IllegalStateException("Cannot tell how the training of the model went: a summary is"
                    + " not saved with a model. Ask the model that fit returned.");
        }
        return training;
    }

    @Override
    public MicsModel copy(ParamMap extra) {
        MicsModel copied = copyValues(new MicsModel(uid, weights, training), extra);
        return copied.setParent(parent());
    }

    @Override
    public MLWriter write() {
        return new MicsModelWriter(this);
    }

    /**
     * As {@code write().save(folder)}, into a folder that may hold other files: they stay.
     *
     * @param overwrite whether a model that lies there may be written over
     */
    void saveInto(String folder, boolean overwrite) throws IOException {
        new MicsModelWriter(this).saveInto(folder, overwrite);
    }

    /** @throws IOException when {@link #saveInto} would refuse to write to that folder unless it may overwrite */
    static void requireRoom(String folder, Configuration hadoop) throws IOException {
        MicsModelWriter.requireRoom(StoragePaths.qualified(folder, hadoop), hadoop);
    }

    public static MLReader<MicsModel> read() {
        return new MicsModelReader();
    }

    /**
     * Reads what {@link #write} has saved.
     *
     * @param path that folder, or the {@code huggingface} in it
     * @throws java.io.UncheckedIOException that says what lies there instead
     */
    public static MicsModel load(String path) {
        return read().load(path);
    }

    /** As spark.ml's models: the uid is its estimator's, and does not say what this is. */
    @Override
    public String toString() {
        return "MicsModel: uid=" + uid + ", "
                + (weights == null
                        ? "without weights"
                        : ModelName.withParameters(
                                getModel(), getModel().build().size()));
    }

    /** The weights that this model was made with. */
    WeightsVersion weights() {
        if (weights == null) {
            throw new IllegalStateException(
                    "Cannot use the model: it has no weights. Train or load one instead of constructing it.");
        }
        return weights;
    }

    ModelSource source(SparkSession session) {
        return ModelSource.of(getModel(), weights(), training == null ? null : training.folder(), session);
    }
}
