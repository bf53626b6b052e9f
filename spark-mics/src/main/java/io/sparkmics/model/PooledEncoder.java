package io.sparkmics.model;

import java.util.List;
import java.util.stream.Stream;

/** An encoder without the head that it was trained with: its last stage makes one vector of each sequence, [b, width]. */
public record PooledEncoder(EncoderModel encoder, Pooling pooling) implements Model {

    @Override
    public List<Stage> stages() {
        return Stream.concat(encoder.encoder().stream(), Stream.of(pooling)).toList();
    }

    @Override
    public PretrainedNames pretrainedNames() {
        return encoder.pretrainedNames();
    }
}
