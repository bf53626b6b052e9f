package io.sparkmics;

import io.sparkmics.checkpoint.StoragePaths;
import io.sparkmics.data.Columns;
import io.sparkmics.model.Pooling;
import io.sparkmics.params.Defaults;
import io.sparkmics.params.EmbedderParams;
import io.sparkmics.scoring.Embedding;
import java.io.IOException;
import java.util.Locale;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * Makes a vector of each text, for search, clustering and classifiers of spark.ml: with a BERT of Hugging Face's library, or one
 * that was trained here. The folder is read on the executors, where one JVM must have room for the model.
 */
public final class MicsEmbedder extends Transformer implements EmbedderParams<MicsEmbedder>, DefaultParamsWritable {

    private static final long serialVersionUID = 1L;

    private final String uid;

    public MicsEmbedder() {
        this(Identifiable$.MODULE$.randomUID("MicsEmbedder"));
    }

    public MicsEmbedder(String uid) {
        this.uid = uid;
        Defaults.of(this);
    }

    @Override
    public String uid() {
        return uid;
    }

    /**
     * Adds the column of vectors, each as long as the model is wide. Lazy. Tokens behind the model's context are not read.
     *
     * @throws IllegalArgumentException telling all that is wrong with the columns, or with the folder
     */
    @Override
    public Dataset<Row> transform(Dataset<?> frame) {
        transformSchema(frame.schema(), true);
        return embedding().add(frame.toDF(), folder(frame.sparkSession()));
    }

    @Override
    public StructType transformSchema(StructType schema) {
        new Columns(schema)
                .requireTokens(getInputCol())
                .requireNewOutput(getOutputCol())
                .check();
        return embedding().schema(schema);
    }

    private Embedding embedding() {
        return new Embedding(
                getInputCol(),
                getOutputCol(),
                Pooling.valueOf(getPooling().toUpperCase(Locale.ROOT)),
                getBatchSize(),
                getAddSpecialTokens());
    }

    private Path folder(SparkSession session) {
        if (!isDefined(modelFolder())) {
            throw new IllegalStateException(
                    "Cannot embed: no model is set. Call setModelFolder with the folder of a BERT"
                            + " in Hugging Face's format, or of a model that MicsModel.write has saved.");
        }
        try {
            return StoragePaths.qualified(
                    getModelFolder(), session.sessionState().newHadoopConf());
        } catch (IOException e) {
            throw new IllegalArgumentException("Cannot read modelFolder: " + e.getMessage(), e);
        }
    }

    @Override
    public MicsEmbedder copy(ParamMap extra) {
        return defaultCopy(extra);
    }

    @Override
    public String toString() {
        return "MicsEmbedder: uid=" + uid;
    }

    public static MLReader<MicsEmbedder> read() {
        return new DefaultParamsReader<>();
    }

    public static MicsEmbedder load(String path) {
        return read().load(path);
    }
}
