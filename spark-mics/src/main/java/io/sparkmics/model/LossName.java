package io.sparkmics.model;

/** What people are told that a model is trained on, and what its loss is of. */
public final class LossName {

    private LossName() {}

    /** What a run counts: tokens, or rows of a model that reads none. */
    public static String counted(ModelConfig config) {
        boolean tokens = config.inputs().isEmpty() || config.inputs().stream().anyMatch(InputColumn::isTokens);
        return tokens ? "tokens" : "rows";
    }

    /** What its loss is, as beside a curve: of rows it is the model's own to say. */
    public static String unit(ModelConfig config) {
        return config.inputs().isEmpty() ? "nats per token" : "mean loss of a row";
    }
}
