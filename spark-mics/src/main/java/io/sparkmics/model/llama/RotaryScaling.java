package io.sparkmics.model.llama;

import java.io.Serializable;

/**
 * How positions are stretched beyond those of the first training, as {@code rope_scaling} of {@code config.json} says.
 *
 * @param type {@code default}: not at all; {@code linear}: by the factor; {@code llama3}: low frequencies by the factor, high
 *     ones not, those between in part
 * @param lowFrequencyFactor of the original positions, below which a wave is long ({@code llama3} only)
 * @param highFrequencyFactor above which it is short ({@code llama3} only)
 * @param originalPositions of the first training ({@code llama3} only)
 */
public record RotaryScaling(
        String type, double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalPositions)
        implements Serializable {

    /** Positions as they are. */
    public static final RotaryScaling NONE = new RotaryScaling("default", 1, 1, 1, 1);

    public RotaryScaling {
        if (!type.equals("default") && !type.equals("linear") && !type.equals("llama3")) {
            throw new IllegalArgumentException("Cannot rotate by positions of the type " + type
                    + ": default, linear and llama3 are known. Choose a model of one of these.");
        }
        if (!(factor >= 1) || type.equals("llama3") && !(highFrequencyFactor > lowFrequencyFactor)) {
            throw new IllegalArgumentException("Cannot scale positions by " + factor + " between " + lowFrequencyFactor
                    + " and " + highFrequencyFactor + ": the factor is 1 or more, and the second is above the first.");
        }
    }
}
