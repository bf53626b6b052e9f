package io.sparkmics.params;

import java.util.List;
import org.apache.spark.ml.param.Param;

/**
 * What an evaluator makes of scored rows.
 *
 * @param <T> the evaluator itself
 */
public interface EvaluationParams<T> extends ScoreColumns<T> {

    default Param<String> metricName() {
        return new Param<>(
                uid(),
                "metricName",
                "perplexity, or loss: the mean loss (in nats) of all predicted tokens, whose exponential is the perplexity",
                Allowed.oneOf("metricName", List.of("perplexity", "loss")),
                String.class);
    }

    default String getMetricName() {
        return getOrDefault(metricName());
    }

    default T setMetricName(String value) {
        return Fluent.set(this, metricName(), value);
    }
}
