package io.sparkmics.model;

/** A model of token sequences that can also say what comes next. */
public interface LanguageModel extends Model {

    /**
     * The head without the loss: takes what the last stage takes, makes logits [b, t, vocabulary]. It stands for the last
     * of {@link #stages()} when text is generated.
     */
    Stage logits();
}
