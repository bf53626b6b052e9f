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
     * Whether the stages ask {@link ForwardPass#past}, where there is one, for the positions of tokens and for attention. So they
     * take a pass that has only the newest tokens, and a training on separate documents. Where they do not, every pass of a
     * generation computes all tokens again, with the same result, and such a training is refused.
     */
    default boolean readsPast() {
        return false;
    }
}
