package io.sparkmics.params;

import io.sparkmics.model.ModelConfig;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/**
 * What the estimator and the trained model both know: the model's sizes, and the columns that scoring reads and makes.
 *
 * @param <T> the stage itself
 */
public interface ScoringParams<T> extends Params {

    default Param<String> model() {
        return new Param<>(
                uid(),
                "model",
                "the model to train, as JSON: its configuration's class and the values of it",
                String.class);
    }

    default ModelConfig getModel() {
        if (!isDefined(model())) {
            throw new IllegalStateException("Cannot tell which model to train: none is set. "
                    + "Call setModel, for instance with Gpt.config().");
        }
        return ModelConfigJson.read(getOrDefault(model()));
    }

    default T setModel(ModelConfig config) {
        return Fluent.set(this, model(), ModelConfigJson.write(config));
    }

    default Param<String> inputCol() {
        return new Param<>(
                uid(),
                "inputCol",
                "the column of text (string) or of token ids (array of int or bigint)",
                String.class);
    }

    default String getInputCol() {
        return getOrDefault(inputCol());
    }

    default T setInputCol(String value) {
        return Fluent.set(this, inputCol(), value);
    }

    default Param<String> lossCol() {
        return new Param<>(
                uid(),
                "lossCol",
                "the column that scoring adds: the mean loss (in nats) of the row's predicted tokens, null where there "
                        + "are none",
                String.class);
    }

    default String getLossCol() {
        return getOrDefault(lossCol());
    }

    default T setLossCol(String value) {
        return Fluent.set(this, lossCol(), value);
    }

    default Param<String> tokenCountCol() {
        return new Param<>(
                uid(), "tokenCountCol", "the column that scoring adds: how many tokens it predicted", String.class);
    }

    default String getTokenCountCol() {
        return getOrDefault(tokenCountCol());
    }

    default T setTokenCountCol(String value) {
        return Fluent.set(this, tokenCountCol(), value);
    }

    default IntParam batchSize() {
        return new IntParam(
                uid(),
                "batchSize",
                "the number of sequences that scoring computes at once",
                Allowed.atLeast("batchSize", 1));
    }

    default int getBatchSize() {
        return (int) getOrDefault(batchSize());
    }

    default T setBatchSize(int value) {
        return Fluent.set(this, batchSize(), value);
    }
}
