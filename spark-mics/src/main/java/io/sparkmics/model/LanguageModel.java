package io.sparkmics.model;

/** A model of token sequences that can also say what comes next. */
public interface LanguageModel extends Model {

    /**
     * The head without the loss: takes what the last stage takes, which must be [b, t, ...], and makes logits [b, t,
     * vocabulary]. It stands for the last of {@link #stages()} when text is generated, and is given the last of the t
     * positions only: so each position must be computed alone. It reads units of the stages, no others.
     */
    Stage logits();

    /**
     * Whether the stages take a pass that has only the newest tokens, for {@link ForwardPass#past} knows of those before. Where
     * they do not, every pass computes all tokens again, with the same result.
     */
    default boolean readsPast() {
        return false;
    }
}
