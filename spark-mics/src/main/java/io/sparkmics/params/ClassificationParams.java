package io.sparkmics.params;

import org.apache.spark.ml.param.Param;

/**
 * The columns that a classifier adds.
 *
 * @param <T> the stage itself
 */
public interface ClassificationParams<T> extends PredictionParams<T> {

    default Param<String> probabilityCol() {
        return new Param<>(
                uid(),
                "probabilityCol",
                "the column that scoring adds: a vector of how likely each class is; empty: none",
                String.class);
    }

    default String getProbabilityCol() {
        return getOrDefault(probabilityCol());
    }

    default T setProbabilityCol(String value) {
        return Fluent.set(this, probabilityCol(), value);
    }

    default Param<String> rawPredictionCol() {
        return new Param<>(
                uid(),
                "rawPredictionCol",
                "the column that scoring adds: a vector of the model's outputs, the logits; empty: none",
                String.class);
    }

    default String getRawPredictionCol() {
        return getOrDefault(rawPredictionCol());
    }

    default T setRawPredictionCol(String value) {
        return Fluent.set(this, rawPredictionCol(), value);
    }
}
