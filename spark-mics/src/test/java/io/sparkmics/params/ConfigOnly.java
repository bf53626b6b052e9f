package io.sparkmics.params;

import io.sparkmics.model.Model;
import io.sparkmics.model.ModelConfig;
import java.util.Map;

/** A configuration that is written and read, and of which no model is made. */
public interface ConfigOnly extends ModelConfig {

    @Override
    default Model build() {
        throw new UnsupportedOperationException();
    }

    @Override
    default int context() {
        return 1;
    }

    @Override
    default int vocabularySize() {
        return 1;
    }

    @Override
    default Map<String, Object> describe() {
        return Map.of();
    }
}
