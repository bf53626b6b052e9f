package io.sparkmics.params;

import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/**
 * How text becomes token ids by another's tokenizer.
 *
 * @param <T> the stage itself
 */
public interface TokenizerParams<T> extends Params {

    default Param<String> tokenizer() {
        return new Param<>(
                uid(),
                "tokenizer",
                "a tokenizer.json of Hugging Face's library, or the folder that it lies in, any Hadoop path",
                String.class);
    }

    default String getTokenizer() {
        return getOrDefault(tokenizer());
    }

    default T setTokenizer(String path) {
        return Fluent.set(this, tokenizer(), path);
    }

    default Param<String> inputCol() {
        return new Param<>(uid(), "inputCol", "the column of text (string)", String.class);
    }

    default String getInputCol() {
        return getOrDefault(inputCol());
    }

    default T setInputCol(String value) {
        return Fluent.set(this, inputCol(), value);
    }

    default Param<String> outputCol() {
        return new Param<>(uid(), "outputCol", "the column that is added: token ids (array of int)", String.class);
    }

    default String getOutputCol() {
        return getOrDefault(outputCol());
    }

    default T setOutputCol(String value) {
        return Fluent.set(this, outputCol(), value);
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
