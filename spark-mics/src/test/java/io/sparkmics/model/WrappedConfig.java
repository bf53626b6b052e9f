package io.sparkmics.model;

import java.util.Map;

/** A configuration of somebody's own around another, of whose sizes it is. */
public interface WrappedConfig extends ModelConfig {

    ModelConfig inner();

    @Override
    default int context() {
        return inner().context();
    }

    @Override
    default int vocabularySize() {
        return inner().vocabularySize();
    }

    @Override
    default Map<String, Object> describe() {
        return inner().describe();
    }
}
