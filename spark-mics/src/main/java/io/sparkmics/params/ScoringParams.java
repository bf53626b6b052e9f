package io.sparkmics.params;

import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;

/**
 * What the estimator of language models and the trained model both know: the model's sizes, and how rows are scored.
 *
 * @param <T> the stage itself
 */
public interface ScoringParams<T> extends ModelParams<T>, ScoreColumns<T> {

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

    default IntParam batchSize() {
        return new IntParam(
                uid(),
                "batchSize",
                "the number of sequences that scoring computes at once, of one length",
                Allowed.atLeast("batchSize", 1));
    }

    default int getBatchSize() {
        return (int) getOrDefault(batchSize());
    }

    default T setBatchSize(int value) {
        return Fluent.set(this, batchSize(), value);
    }
}
