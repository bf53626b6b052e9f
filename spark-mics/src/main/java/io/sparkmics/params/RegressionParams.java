package io.sparkmics.params;

import org.apache.spark.ml.param.StringArrayParam;

/**
 * The columns that a regressor adds.
 *
 * @param <T> the stage itself
 */
public interface RegressionParams<T> extends PredictionParams<T> {

    default StringArrayParam outputCols() {
        return new StringArrayParam(
                this,
                "outputCols",
                "the columns that scoring adds: one for each number that the model predicts, in their order; "
                        + "empty: the prediction alone, which is the first of them");
    }

    default String[] getOutputCols() {
        return getOrDefault(outputCols());
    }

    default T setOutputCols(String[] values) {
        return Fluent.set(this, outputCols(), values);
    }
}
