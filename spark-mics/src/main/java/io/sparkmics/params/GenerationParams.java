package io.sparkmics.params;

import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/**
 * What a stage that generates text is set to.
 *
 * @param <T> the stage itself
 */
public interface GenerationParams<T> extends Params {

    default Param<String> modelFolder() {
        return new Param<>(
                uid(),
                "modelFolder",
                "a folder in Hugging Face's format, or a saved MicsModel, any Hadoop path; empty: the model that the"
                        + " stage was made of",
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
                "the column of prompts: text (string) or token ids (array of int or bigint)",
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
                uid(),
                "outputCol",
                "the column that is added: what follows the prompt, text (string) or token ids (array of int)",
                String.class);
    }

    default String getOutputCol() {
        return getOrDefault(outputCol());
    }

    default T setOutputCol(String value) {
        return Fluent.set(this, outputCol(), value);
    }

    default IntParam maxNewTokens() {
        return new IntParam(
                uid(),
                "maxNewTokens",
                "how many tokens are added to a prompt at most",
                Allowed.atLeast("maxNewTokens", 1));
    }

    default int getMaxNewTokens() {
        return (int) getOrDefault(maxNewTokens());
    }

    default T setMaxNewTokens(int value) {
        return Fluent.set(this, maxNewTokens(), value);
    }

    default DoubleParam temperature() {
        return new DoubleParam(
                uid(),
                "temperature",
                "below 1 prefers likely tokens more than the model does; 0 always takes the likeliest",
                Allowed.atLeast("temperature", 0));
    }

    default double getTemperature() {
        return (double) getOrDefault(temperature());
    }

    default T setTemperature(double value) {
        return Fluent.set(this, temperature(), value);
    }

    default IntParam topK() {
        return new IntParam(
                uid(),
                "topK",
                "only so many of the likeliest tokens are drawn from; 0: all",
                Allowed.atLeast("topK", 0));
    }

    default int getTopK() {
        return (int) getOrDefault(topK());
    }

    default T setTopK(int value) {
        return Fluent.set(this, topK(), value);
    }

    default DoubleParam topP() {
        return new DoubleParam(
                uid(),
                "topP",
                "only the fewest likeliest tokens are drawn from that have this probability together; 1: all",
                Allowed.aboveZeroToOne("topP"));
    }

    default double getTopP() {
        return (double) getOrDefault(topP());
    }

    default T setTopP(double value) {
        return Fluent.set(this, topP(), value);
    }

    default IntParam stopTokenId() {
        return new IntParam(
                uid(),
                "stopTokenId",
                "a token id that ends a text, besides those that the model's folder names; -1: none",
                Allowed.atLeast("stopTokenId", -1));
    }

    default int getStopTokenId() {
        return (int) getOrDefault(stopTokenId());
    }

    default T setStopTokenId(int value) {
        return Fluent.set(this, stopTokenId(), value);
    }

    default LongParam seed() {
        return new LongParam(uid(), "seed", "the same seed and the same prompt give the same text");
    }

    default long getSeed() {
        return (long) getOrDefault(seed());
    }

    default T setSeed(long value) {
        return Fluent.set(this, seed(), value);
    }

    default IntParam batchSize() {
        return new IntParam(
                uid(), "batchSize", "how many texts a task generates at once", Allowed.atLeast("batchSize", 1));
    }

    default int getBatchSize() {
        return (int) getOrDefault(batchSize());
    }

    default T setBatchSize(int value) {
        return Fluent.set(this, batchSize(), value);
    }
}
