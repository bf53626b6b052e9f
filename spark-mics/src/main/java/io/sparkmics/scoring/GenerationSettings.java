package io.sparkmics.scoring;

import java.io.Serializable;

/**
 * How texts are generated.
 *
 * @param maxNewTokens how many tokens are added to a prompt at most
 * @param stopTokenId an id that ends a text besides those that the model's folder names; negative: none
 * @param batchSize how many texts are generated at once
 */
public record GenerationSettings(int maxNewTokens, Sampling sampling, int stopTokenId, int batchSize)
        implements Serializable {

    public GenerationSettings {
        if (maxNewTokens < 0) {
            throw new IllegalArgumentException(
                    "Cannot generate " + maxNewTokens + " tokens: the number is negative. Ask for 0 or more.");
        }
        if (batchSize < 1) {
            throw new IllegalArgumentException(
                    "Cannot generate " + batchSize + " texts at once: the number must be positive. Ask for 1 or more.");
        }
    }
}
