package io.sparkmics.params;

import io.sparkmics.model.ModelConfig;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/**
 * What every estimator and the model that it trains both know.
 *
 * @param <T> the stage itself
 */
public interface ModelParams<T> extends Params {

    default Param<String> model() {
        return new Param<>(
                uid(),
                "model",
                "the model to train, as JSON: its configuration's class and the values of it",
                String.class);
    }

    default ModelConfig getModel() {
        if (!isDefined(model())) {
            throw new IllegalStateException("Cannot tell which model to train: none is set. "
                    + "Call setModel, for instance with Gpt.config().");
        }
        return ModelConfigJson.read(getOrDefault(model()));
    }

    default T setModel(ModelConfig config) {
        return Fluent.set(this, model(), ModelConfigJson.write(config));
    }
}
