package io.sparkmics.plan;

import java.io.Serializable;

/**
 * Which stages keep nothing of their forward pass but its input, and run it again for their backward pass: they take less
 * memory and more time. Source: Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016.
 *
 * @param every 0: none; 1: all; k: the k-th stage, the 2k-th and so on. Never the last stage, whose backward pass follows its
 *     forward pass at once: all that it keeps is there at the same moment anyway
 */
public record ActivationCheckpointing(int every) implements Serializable {

    public static final ActivationCheckpointing NONE = new ActivationCheckpointing(0);
    public static final ActivationCheckpointing ALL = new ActivationCheckpointing(1);

    public ActivationCheckpointing {
        if (every < 0) {
            throw new IllegalArgumentException("Cannot checkpoint the activations of every " + every
                    + "th stage: it must be 0 for none, 1 for all, or more.");
        }
    }

    /**
     * @param stage from 0
     * @param stages how many the model has
     */
    public boolean recomputes(int stage, int stages) {
        return every > 0 && (stage + 1) % every == 0 && stage + 1 < stages;
    }
}
