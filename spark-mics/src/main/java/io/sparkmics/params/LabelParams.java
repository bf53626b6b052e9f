package io.sparkmics.params;

import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/**
 * What a model is to predict of each row, and how much the row counts.
 *
 * @param <T> the stage itself
 */
public interface LabelParams<T> extends Params {

    default Param<String> labelCol() {
        return new Param<>(uid(), "labelCol", "the column to predict: a number, for a class from 0 on", String.class);
    }

    default String getLabelCol() {
        return getOrDefault(labelCol());
    }

    default T setLabelCol(String value) {
        return Fluent.set(this, labelCol(), value);
    }

    default Param<String> weightCol() {
        return new Param<>(
                uid(),
                "weightCol",
                "the column of what a row's loss counts, over the mean of all training rows' weights; empty: all the same",
                String.class);
    }

    default String getWeightCol() {
        return getOrDefault(weightCol());
    }

    default T setWeightCol(String value) {
        return Fluent.set(this, weightCol(), value);
    }
}
