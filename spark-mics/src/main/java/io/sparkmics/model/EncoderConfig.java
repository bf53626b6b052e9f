package io.sparkmics.model;

/** The sizes of a model whose encoder can be trained on to say something of each row. */
public interface EncoderConfig extends ModelConfig {

    /** The same encoder, that tells rows apart; the data is to say how many classes there are. */
    PredictorConfig classifier();

    /** The same encoder, that gives each row a number. */
    PredictorConfig regressor();
}
