package io.sparkmics;

import io.sparkmics.checkpoint.StoragePaths;
import io.sparkmics.data.Columns;
import io.sparkmics.params.Defaults;
import io.sparkmics.params.TokenizerParams;
import io.sparkmics.tokenizer.PretrainedTokenizer;
import io.sparkmics.tokenizer.TextTokens;
import io.sparkmics.tokenizer.TokenizerFile;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Makes token ids of text with a {@code tokenizer.json} of Hugging Face's library: the same ids as in Python. For the column that
 * a {@link MicsEstimator} trains on whose {@code initialModel} has a vocabulary of its own; before it in a pipeline, or alone,
 * to tokenize once and train often.
 */
public final class MicsTokenizer extends Transformer implements TokenizerParams<MicsTokenizer>, DefaultParamsWritable {

    private static final long serialVersionUID = 1L;

    private final String uid;

    public MicsTokenizer() {
        this(Identifiable$.MODULE$.randomUID("MicsTokenizer"));
    }

    public MicsTokenizer(String uid) {
        this.uid = uid;
        Defaults.of(this);
    }

    @Override
    public String uid() {
        return uid;
    }

    /**
     * Adds the column of ids; null where the text is. Reads the tokenizer now, and nothing of the rows before they are asked
     * for.
     *
     * @throws IllegalArgumentException telling all that is wrong with the columns
     */
    @Override
    public Dataset<Row> transform(Dataset<?> frame) {
        transformSchema(frame.schema(), true);
        TextTokens tokens = new TextTokens(file(frame.sparkSession()), getAddSpecialTokens());
        return frame.withColumn(
                getOutputCol(),
                functions
                        .udf(tokens, DataTypes.createArrayType(DataTypes.IntegerType, false))
                        .withName("tokens")
                        .apply(Columns.column(getInputCol())));
    }

    @Override
    public StructType transformSchema(StructType schema) {
        new Columns(schema)
                .requireText(getInputCol())
                .requireNewOutput(getOutputCol())
                .check();
        return schema.add(getOutputCol(), DataTypes.createArrayType(DataTypes.IntegerType, false), true);
    }

    /** The ids of one text, here and now. */
    public int[] encode(String text) {
        try (PretrainedTokenizer tokenizer = PretrainedTokenizer.of(file(SparkSession.active()))) {
            return tokenizer.encode(text, getAddSpecialTokens());
        }
    }

    /** The text of ids, special tokens as they are written. */
    public String decode(int[] ids) {
        try (PretrainedTokenizer tokenizer = PretrainedTokenizer.of(file(SparkSession.active()))) {
            return tokenizer.decode(ids);
        }
    }

    private TokenizerFile file(SparkSession session) {
        if (!isDefined(tokenizer())) {
            throw new IllegalStateException("Cannot tokenize: no tokenizer is set. Call setTokenizer with the path of a"
                    + " tokenizer.json, or of its folder.");
        }
        Configuration hadoop = session.sessionState().newHadoopConf();
        try {
            return TokenizerFile.read(StoragePaths.qualified(getTokenizer(), hadoop), hadoop);
        } catch (IOException e) {
            throw new IllegalArgumentException("Cannot read the tokenizer: " + e.getMessage(), e);
        }
    }

    @Override
    public MicsTokenizer copy(ParamMap extra) {
        return defaultCopy(extra);
    }

    @Override
    public String toString() {
        return "MicsTokenizer: uid=" + uid;
    }

    public static MLReader<MicsTokenizer> read() {
        return new DefaultParamsReader<>();
    }

    public static MicsTokenizer load(String path) {
        return read().load(path);
    }
}
