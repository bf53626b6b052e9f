package io.sparkmics.model;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * The sizes of a model: all that must be known to build it again. Implementations are records, or Scala's case classes, whose
 * components Jackson can write and read and Java can serialize, in a class that the executors have too, and that {@code
 * META-INF/services/io.sparkmics.model.ModelConfig} lists: no other is loaded by the name that a saved model gives.
 */
public interface ModelConfig extends Serializable {

    /** Builds the model, an equal one each time: pure arithmetic, no tensors, no native code. */
    Model build();

    /**
     * The columns of a row that the model reads, where each row is a sequence of its own: the first stage gets the first of
     * them, the others are there by {@link ForwardPass#column}. Empty: sequences are cut out of one stream of tokens, or are a
     * prompt and its response, and have {@link #context()} + 1 tokens.
     */
    default List<InputColumn> inputs() {
        return List.of();
    }

    /** The number of tokens that a sequence predicts. */
    int context();

    /** Token ids are from 0 to this, exclusive. */
    int vocabularySize();

    /**
     * What {@code config.json} says of a saved model: strings, numbers, lists and maps. Where it has entries named {@code
     * torch_dtype}, {@code bos_token_id} and {@code eos_token_id}, they get the values that the training used.
     */
    Map<String, Object> describe();
}
