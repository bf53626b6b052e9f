package io.sparkmics.model;

/** The sizes of a model of text, of which those that come from the text can be others. Immutable. */
public interface LanguageModelConfig extends ModelConfig {

    @Override
    LanguageModel build();

    /** A changed copy, for sequences of another length. */
    LanguageModelConfig context(int changed);

    /** A changed copy, for another tokenizer. */
    LanguageModelConfig vocabularySize(int changed);
}
