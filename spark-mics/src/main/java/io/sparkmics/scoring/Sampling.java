package io.sparkmics.scoring;

import java.io.Serializable;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * How the next token is drawn.
 *
 * @param temperature below 1 prefers likely tokens more than the model does; 0 always takes the likeliest
 * @param topK only so many of the likeliest tokens are drawn from; 0: all
 * @param seed the same seed gives the same text
 */
public record Sampling(double temperature, int topK, long seed) implements Serializable {

    public static final Sampling DEFAULT = new Sampling(0.8, 40, 42);

    public Sampling {
        if (!(temperature >= 0) || Double.isInfinite(temperature)) {
            throw new IllegalArgumentException("Cannot draw tokens at temperature " + temperature
                    + ": it is not a finite number from 0. "
                    + "Set 0 for the likeliest tokens, 1 for the model's own choice.");
        }
        if (topK < 0) {
            throw new IllegalArgumentException("Cannot draw from the " + topK
                    + " likeliest tokens: topK is negative. Set 0 to draw from all, or a positive number.");
        }
    }

    /** The index of the drawn token. */
    int draw(float[] logits, RandomGenerator random) {
        float[] ascending = logits.clone();
        Arrays.sort(ascending);
        float largest = ascending[ascending.length - 1];
        float least = topK == 0 || topK >= logits.length ? ascending[0] : ascending[ascending.length - topK];
        if (!Float.isFinite(largest)) {
            throw new IllegalArgumentException("Cannot draw a token: the largest logit is " + largest
                    + ". The model's weights are not finite numbers; train it again with a lower learning rate.");
        }
        double[] weights = new double[logits.length];
        for (int i = 0; i < logits.length; i++) {
            weights[i] = logits[i] < least ? 0 : weight(logits[i], largest);
        }
        double left = random.nextDouble() * Arrays.stream(weights).sum();
        int drawn = 0;
        for (int i = 0; i < logits.length && left >= 0; i++) {
            drawn = weights[i] > 0 ? i : drawn;
            left -= weights[i];
        }
        return drawn;
    }

    private double weight(float logit, float largest) {
        return temperature == 0 ? logit == largest ? 1 : 0 : Math.exp((logit - largest) / temperature);
    }
}
