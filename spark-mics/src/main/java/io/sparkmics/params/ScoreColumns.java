package io.sparkmics.params;

import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/**
 * The columns that scoring adds, and an evaluator reads.
 *
 * @param <T> the stage itself
 */
public interface ScoreColumns<T> extends Params {

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
}
