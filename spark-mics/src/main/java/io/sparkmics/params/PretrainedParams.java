package io.sparkmics.params;

import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/**
 * What a training starts from.
 *
 * @param <T> the stage itself
 */
public interface PretrainedParams<T> extends Params {

    default Param<String> initialModel() {
        return new Param<>(
                uid(),
                "initialModel",
                "a folder in Hugging Face's format, any Hadoop path, that the parameters start from, and the model too "
                        + "where none is set; empty: they are drawn",
                String.class);
    }

    default String getInitialModel() {
        return getOrDefault(initialModel());
    }

    default T setInitialModel(String path) {
        return Fluent.set(this, initialModel(), path);
    }
}
