package io.sparkmics.params;

import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.StringArrayParam;

/**
 * Which columns a model of rows reads, and where its prediction goes.
 *
 * @param <T> the stage itself
 */
public interface PredictionParams<T> extends ModelParams<T> {

    default Param<String> featuresCol() {
        return new Param<>(
                uid(),
                "featuresCol",
                "the column of the model's one input: a vector or array of numbers, or text or token ids",
                String.class);
    }

    default String getFeaturesCol() {
        return getOrDefault(featuresCol());
    }

    default T setFeaturesCol(String value) {
        return Fluent.set(this, featuresCol(), value);
    }

    default Param<String> textCol() {
        return new Param<>(
                uid(),
                "textCol",
                "the column of text (string) or of token ids (array of int or bigint), where the model reads some; "
                        + "empty: the one that is named as its input, or featuresCol where that is its only one",
                String.class);
    }

    default String getTextCol() {
        return getOrDefault(textCol());
    }

    default T setTextCol(String value) {
        return Fluent.set(this, textCol(), value);
    }

    default Param<String> predictionCol() {
        return new Param<>(
                uid(),
                "predictionCol",
                "the column that scoring adds: the class, or the number; empty: none",
                String.class);
    }

    default String getPredictionCol() {
        return getOrDefault(predictionCol());
    }

    default T setPredictionCol(String value) {
        return Fluent.set(this, predictionCol(), value);
    }

    default IntParam batchSize() {
        return new IntParam(
                uid(),
                "batchSize",
                "the number of rows that scoring computes at once, of about one length",
                Allowed.atLeast("batchSize", 1));
    }

    default int getBatchSize() {
        return (int) getOrDefault(batchSize());
    }

    default T setBatchSize(int value) {
        return Fluent.set(this, batchSize(), value);
    }

    default StringArrayParam featuresCols() {
        return new StringArrayParam(
                this,
                "featuresCols",
                "the columns of all the model's inputs, in their order; empty: textCol and featuresCol, "
                        + "and by their names those inputs that neither can mean");
    }

    default String[] getFeaturesCols() {
        return getOrDefault(featuresCols());
    }

    default T setFeaturesCols(String[] values) {
        return Fluent.set(this, featuresCols(), values);
    }
}
