package io.sparkmics.params;

import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Params;

/**
 * When a run ends that gets no better.
 *
 * @param <T> the stage itself
 */
public interface EarlyStoppingParams<T> extends Params {

    default IntParam earlyStoppingPatience() {
        return new IntParam(
                uid(),
                "earlyStoppingPatience",
                "evaluations in a row whose loss is no better that end the run; the model is then that of the lowest loss, also"
                        + " where the run comes to its last step. 0: the run is never ended so, and the model is the last",
                Allowed.atLeast("earlyStoppingPatience", 0));
    }

    default int getEarlyStoppingPatience() {
        return (int) getOrDefault(earlyStoppingPatience());
    }

    default T setEarlyStoppingPatience(int value) {
        return Fluent.set(this, earlyStoppingPatience(), value);
    }

    default DoubleParam earlyStoppingMinDelta() {
        return new DoubleParam(
                uid(),
                "earlyStoppingMinDelta",
                "by how much the loss of an evaluation must be lower to be better, in nats",
                Allowed.atLeast("earlyStoppingMinDelta", 0.0));
    }

    default double getEarlyStoppingMinDelta() {
        return (double) getOrDefault(earlyStoppingMinDelta());
    }

    default T setEarlyStoppingMinDelta(double value) {
        return Fluent.set(this, earlyStoppingMinDelta(), value);
    }
}
