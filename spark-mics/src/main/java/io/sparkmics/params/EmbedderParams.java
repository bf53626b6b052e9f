package io.sparkmics.params;

import io.sparkmics.model.Pooling;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/**
 * How rows become vectors.
 *
 * @param <T> the stage itself
 */
public interface EmbedderParams<T> extends Params {

    default Param<String> modelFolder() {
        return new Param<>(
                uid(),
                "modelFolder",
                "the folder of an encoder in Hugging Face's format, or of a saved model of ours, any Hadoop path",
                String.class);
    }

    default String getModelFolder() {
        return getOrDefault(modelFolder());
    }

    default T setModelFolder(String path) {
        return Fluent.set(this, modelFolder(), path);
    }

    default Param<String> inputCol() {
        return new Param<>(
                uid(),
                "inputCol",
                "the column of text (string), for the folder's tokenizer, or of token ids (array of int or bigint)",
                String.class);
    }

    default String getInputCol() {
        return getOrDefault(inputCol());
    }

    default T setInputCol(String value) {
        return Fluent.set(this, inputCol(), value);
    }

    default Param<String> outputCol() {
        return new Param<>(
                uid(), "outputCol", "the column that is added: a vector, null where there are no tokens", String.class);
    }

    default String getOutputCol() {
        return getOrDefault(outputCol());
    }

    default T setOutputCol(String value) {
        return Fluent.set(this, outputCol(), value);
    }

    default Param<String> pooling() {
        List<String> choices = Arrays.stream(Pooling.values())
                .map(pooling -> pooling.name().toLowerCase(Locale.ROOT))
                .toList();
        return new Param<>(
                uid(),
                "pooling",
                "mean: of the vectors of all tokens; first: the vector of the first token",
                Allowed.oneOf("pooling", choices),
                String.class);
    }

    default String getPooling() {
        return getOrDefault(pooling());
    }

    default T setPooling(String value) {
        return Fluent.set(this, pooling(), value);
    }

    default IntParam batchSize() {
        return new IntParam(
                uid(),
                "batchSize",
                "the number of rows that are computed at once, of about one length",
                Allowed.atLeast("batchSize", 1));
    }

    default int getBatchSize() {
        return (int) getOrDefault(batchSize());
    }

    default T setBatchSize(int value) {
        return Fluent.set(this, batchSize(), value);
    }

    default BooleanParam addSpecialTokens() {
        return new BooleanParam(
                uid(), "addSpecialTokens", "add the tokens that the tokenizer puts before or behind a text");
    }

    default boolean getAddSpecialTokens() {
        return (boolean) getOrDefault(addSpecialTokens());
    }

    default T setAddSpecialTokens(boolean value) {
        return Fluent.set(this, addSpecialTokens(), value);
    }
}
