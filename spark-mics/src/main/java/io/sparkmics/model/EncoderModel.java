package io.sparkmics.model;

import java.util.List;

/** A model that makes a vector of each token on the way to what it is trained for. */
public interface EncoderModel extends Model {

    /**
     * From the batch's data to the vectors: floating point [b, t, width], where the t-th is of the t-th token of the data; less
     * than the data has where the model reads less. They read units of {@link #stages()}, no others, and hide nothing of the data
     * where the training does.
     */
    List<Stage> encoder();
}
