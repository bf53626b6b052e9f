package io.sparkmics.scoring;

import io.sparkmics.model.EncoderModel;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.ModelName;
import io.sparkmics.model.PooledEncoder;
import io.sparkmics.model.Pooling;
import java.util.Map;

/** Of another's configuration the model that makes a vector of each sequence. */
record PooledConfig(ModelConfig whole, Pooling pooling) implements ModelConfig {

    /** @throws IllegalArgumentException where it makes no vectors */
    @Override
    public PooledEncoder build() {
        if (whole.build() instanceof EncoderModel encoder) {
            return new PooledEncoder(encoder, pooling);
        }
        throw new IllegalArgumentException("Cannot make vectors with a " + ModelName.of(whole)
                + ": it is no encoder. Take the folder of a BERT, or of a model of your own that is an EncoderModel.");
    }

    @Override
    public int context() {
        return whole.context();
    }

    @Override
    public int vocabularySize() {
        return whole.vocabularySize();
    }

    @Override
    public Map<String, Object> describe() {
        return whole.describe();
    }
}
