package io.sparkmics;

import io.sparkmics.checkpoint.StoragePaths;
import io.sparkmics.checkpoint.WeightsVersion;
import io.sparkmics.checkpoint.pretrained.PretrainedFolder;
import io.sparkmics.data.Columns;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.llama.LlamaConfig;
import io.sparkmics.params.Defaults;
import io.sparkmics.params.GenerationParams;
import io.sparkmics.scoring.Generation;
import io.sparkmics.scoring.GenerationSettings;
import io.sparkmics.scoring.ModelSource;
import io.sparkmics.scoring.Sampling;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * Goes on with the prompts of a column: adds the column of what follows them. By the model in a folder, of Hugging Face's
 * library or a saved {@link MicsModel}, or by a model at hand: {@link MicsModel#generator}.
 *
 * <p>Prompts that are texts become tokens by the tokenizer in the folder, or the built-in one; prompts that are token ids are
 * taken as they are, and ids follow. A text ends where the model says so, at the latest after {@code maxNewTokens}. What becomes
 * of a prompt depends on it and the seed alone: not on the rows beside it, their order or their partitions; equal prompts have
 * equal texts.
 *
 * <p>Saved, it keeps the path of the folder, or, where it was made of a model, the model.
 */
public final class MicsGenerator extends Transformer implements GenerationParams<MicsGenerator>, MLWritable {

    private static final long serialVersionUID = 1L;

    private final String uid;
    private final MicsModel model;

    public MicsGenerator() {
        this(Identifiable$.MODULE$.randomUID("MicsGenerator"));
    }

    public MicsGenerator(String uid) {
        this(uid, null);
    }

    /** @param model null: that of the path */
    MicsGenerator(String uid, MicsModel model) {
        this.uid = uid;
        this.model = model;
        Defaults.of(this);
    }

    @Override
    public String uid() {
        return uid;
    }

    /**
     * Adds the column; null where the prompt is. Lazy, in parallel on the executors, a batch of prompts of like length at a
     * time. All other columns stay as they are.
     *
     * @throws IllegalArgumentException telling all that is wrong with the columns, or with the folder
     */
    @Override
    public Dataset<Row> transform(Dataset<?> frame) {
        transformSchema(frame.schema(), true);
        boolean text = new Columns(frame.schema()).isText(getInputCol());
        return Generation.of(source(frame.sparkSession()), text, settings())
                .add(frame.toDF(), getInputCol(), getOutputCol());
    }

    @Override
    public StructType transformSchema(StructType schema) {
        Columns columns = new Columns(schema);
        columns.requireTokens(getInputCol()).requireNewOutput(getOutputCol()).check();
        return schema.add(getOutputCol(), Generation.type(columns.isText(getInputCol())), true);
    }

    private GenerationSettings settings() {
        Sampling sampling = new Sampling(getTemperature(), getTopK(), getTopP(), getSeed());
        return new GenerationSettings(getMaxNewTokens(), sampling, getStopTokenId(), getBatchSize());
    }

    private ModelSource source(SparkSession session) {
        if (getModelFolder().isEmpty() && model == null) {
            throw new IllegalStateException(
                    "Cannot generate text: no model is set. Call setModelFolder with a folder that"
                            + " save_pretrained or MicsModel.write has written, or take the generator of a MicsModel.");
        }
        return getModelFolder().isEmpty() ? model.source(session) : ofPath(session);
    }

    private ModelSource ofPath(SparkSession session) {
        Configuration hadoop = session.sessionState().newHadoopConf();
        try {
            Path folder = StoragePaths.qualified(getModelFolder(), hadoop);
            if (folder.getFileSystem(hadoop).exists(new Path(folder, SavedStage.METADATA))) {
                return MicsModel.load(folder.toString()).source(session);
            }
            return pretrained(PretrainedFolder.open(folder, hadoop), hadoop, session);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot generate text: " + e.getMessage(), e);
        }
    }

    private static ModelSource pretrained(PretrainedFolder folder, Configuration hadoop, SparkSession session) {
        ModelConfig said = PretrainedFolder.config(folder.path(), hadoop);
        // Whoever trains chooses shorter sequences; here the model sees all that it is made for.
        ModelConfig config = said instanceof LlamaConfig llama ? llama.context(llama.positions()) : said;
        List<String> problems = folder.problems(config.build());
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
        return ModelSource.of(config, WeightsVersion.of(folder.path(), hadoop), null, session);
    }

    @Override
    public MicsGenerator copy(ParamMap extra) {
        return copyValues(new MicsGenerator(uid, model), extra);
    }

    @Override
    public String toString() {
        return "MicsGenerator: uid=" + uid;
    }

    MicsModel model() {
        return model;
    }

    @Override
    public MLWriter write() {
        return new MicsGeneratorWriter(this);
    }

    public static MLReader<MicsGenerator> read() {
        return new MicsGeneratorReader();
    }

    public static MicsGenerator load(String path) {
        return read().load(path);
    }
}
