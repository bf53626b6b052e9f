package io.sparkmics.model;

import java.util.Map;

/** The models of Hugging Face's library that there are here too. */
public final class Architectures {

    private Architectures() {}

    /**
     * The configuration of the model that a {@code config.json} describes.
     *
     * @param config what it says
     * @throws IllegalArgumentException when there is no such model here, or it has something that ours has not
     */
    public static ModelConfig of(Map<String, ?> config) {
        Object type = config.get("model_type");
        if (GptDescription.TYPE.equals(type)) {
            return GptDescription.read(config);
        }
        throw new IllegalArgumentException("Cannot build the model that config.json describes: its model_type is "
                + type + ", and " + GptDescription.TYPE + " is what is known. Call setModel with a model of your own.");
    }
}
