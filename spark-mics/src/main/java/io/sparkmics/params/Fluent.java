package io.sparkmics.params;

import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/** Setters that give back the stage they were called on, in its own type. */
final class Fluent {

    private Fluent() {}

    @SuppressWarnings("unchecked")
    static <T, V> T set(Params stage, Param<V> param, V value) {
        stage.set(param, value);
        return (T) stage;
    }
}
