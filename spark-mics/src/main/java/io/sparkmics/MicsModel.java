package io.sparkmics;

import io.sparkmics.checkpoint.WeightsVersion;
import io.sparkmics.job.TrainingResult;
import io.sparkmics.job.cluster.JobDescription;
import io.sparkmics.params.Defaults;
import io.sparkmics.params.ScoringParams;
import io.sparkmics.params.SequenceParams;
import io.sparkmics.scoring.Generation;
import io.sparkmics.scoring.GenerationSettings;
import io.sparkmics.scoring.Sampling;
import io.sparkmics.scoring.Scoring;
import java.util.List;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * A trained model. Its weights stay in files: {@link #transform} and {@link #generate} read them on the executors, where
 * one JVM must have room for all of them.
 */
public final class MicsModel extends FittedModel<MicsModel>
        implements ScoringParams<MicsModel>, SequenceParams<MicsModel> {

    private static final long serialVersionUID = 1L;

    private static final int NO_STOP_TOKEN = -1;

    /** A model without weights, of use to look at params only. */
    public MicsModel() {
        this(Identifiable$.MODULE$.randomUID("MicsModel"), null, null);
    }

    /** @param training how it was trained; null where it was loaded */
    MicsModel(String uid, WeightsVersion weights, TrainingResult training) {
        super(uid, weights, training);
        Defaults.of((ScoringParams<?>) this);
        Defaults.of((SequenceParams<?>) this);
    }

    /**
     * Adds to each row its loss and how many of its tokens were predicted: all but the first, in consecutive windows where
     * the row is longer than the model's context. Where it has prompts and responses, as it was trained on them, those of the
     * response and its end, cut off behind the context. All other columns stay as they are, in new columns of the same names.
     *
     * <p>Lazy, in parallel on the executors, some rows of a partition at once: rows that are to be left out are best left out
     * before.
     *
     * @throws IllegalArgumentException telling all that is wrong with the columns
     */
    @Override
    public Dataset<Row> transform(Dataset<?> frame) {
        transformSchema(frame.schema(), true);
        return StageScoring.of(this).add(frame.toDF(), source(frame.sparkSession()), getBatchSize());
    }

    @Override
    public StructType transformSchema(StructType schema) {
        Scoring scoring = StageScoring.of(this);
        scoring.require(schema).check();
        return scoring.schema(schema);
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

    /**
     * A stage that goes on with the prompts of a column by this model: at first {@link #getPromptCol} of this, or without one
     * {@link #getInputCol}.
     */
    public MicsGenerator generator() {
        return new MicsGenerator(Identifiable$.MODULE$.randomUID("MicsGenerator"), this)
                .setInputCol(hasResponses() ? getPromptCol() : getInputCol());
    }

    @Override
    public MicsModel copy(ParamMap extra) {
        return copied(new MicsModel(uid(), version(), result()), extra);
    }

    public static MLReader<MicsModel> read() {
        return new FittedModelReader<>(MicsModel.class, (uid, weights) -> new MicsModel(uid, weights, null));
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
}
