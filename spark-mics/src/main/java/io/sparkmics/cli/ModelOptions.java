package io.sparkmics.cli;

import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The options for the sizes of the model; their defaults are its own. */
final class ModelOptions {

    private static final GptConfig DEFAULTS = Gpt.config();

    private static final String LAYERS = "--layers";
    private static final String HEADS = "--heads";
    private static final String WIDTH = "--width";
    private static final String CONTEXT = "--context";
    private static final String VOCABULARY_SIZE = "--vocabulary-size";
    private static final String DROPOUT = "--dropout";

    ArgGroupSpec group() {
        return ArgGroupSpec.builder()
                .exclusive(false)
                .validate(false)
                .heading("%nThe GPT:%n")
                .addArg(option(LAYERS, "transformer blocks", DEFAULTS.layers()))
                .addArg(option(HEADS, "attention heads; divides the width", DEFAULTS.heads()))
                .addArg(option(WIDTH, "size of a token's vector", DEFAULTS.width()))
                .addArg(option(CONTEXT, "tokens that a sequence predicts", DEFAULTS.context()))
                .addArg(option(
                        VOCABULARY_SIZE, "number of token ids; text needs 257 or more", DEFAULTS.vocabularySize()))
                .addArg(option(DROPOUT, "probability of dropping", DEFAULTS.dropout()))
                .build();
    }

    /** Whether any of them is there that a folder says. */
    boolean isGiven(ParseResult parsed) {
        return Stream.of(LAYERS, HEADS, WIDTH, VOCABULARY_SIZE, DROPOUT).anyMatch(parsed::hasMatchedOption);
    }

    /** Of a model whose other sizes a folder says. */
    Optional<Integer> context(ParseResult parsed) {
        return Optional.ofNullable(parsed.matchedOptionValue(CONTEXT, null));
    }

    boolean hasVocabularySize(ParseResult parsed) {
        return parsed.hasMatchedOption(VOCABULARY_SIZE);
    }

    GptConfig config(ParseResult parsed) {
        return DEFAULTS.layers(parsed.matchedOptionValue(LAYERS, DEFAULTS.layers()))
                .heads(parsed.matchedOptionValue(HEADS, DEFAULTS.heads()))
                .width(parsed.matchedOptionValue(WIDTH, DEFAULTS.width()))
                .context(parsed.matchedOptionValue(CONTEXT, DEFAULTS.context()))
                .vocabularySize(parsed.matchedOptionValue(VOCABULARY_SIZE, DEFAULTS.vocabularySize()))
                .dropout(parsed.matchedOptionValue(DROPOUT, DEFAULTS.dropout()));
    }

    private static OptionSpec option(String name, String description, Object fallback) {
        return OptionSpec.builder(name)
                .type(fallback.getClass())
                .paramLabel(fallback.getClass().getSimpleName().toUpperCase(Locale.ROOT))
                .description(description + "; default: " + fallback)
                .build();
    }
}
