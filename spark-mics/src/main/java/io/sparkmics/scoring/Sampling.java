package io.sparkmics.scoring;

import java.io.Serializable;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * How the next token is drawn: of the logits divided by the temperature, among the {@code topK} largest, and of these among the
 * fewest that have together the probability {@code topP}.
 *
 * @param temperature below 1 prefers likely tokens more than the model does; 0 always takes the likeliest
 * @param topK only so many of the likeliest tokens are drawn from; 0: all
 * @param topP in (0, 1]; 1: all
 * @param seed the same seed and the same prompt give the same text
 */
public record Sampling(double temperature, int topK, double topP, long seed) implements Serializable {

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
        if (!(topP > 0 && topP <= 1)) {
            throw new IllegalArgumentException("Cannot draw from the likeliest tokens that have the probability " + topP
                    + " together: topP is not above 0 and at most 1. Set 1 to draw from all.");
        }
    }

    public Sampling(double temperature, int topK, long seed) {
        this(temperature, topK, 1, seed);
    }

    /** The random numbers of one prompt: its own, whatever else is generated beside it. */
    RandomGenerator random(int[] prompt) {
        long mixed = seed;
        for (int token : prompt) {
            // Source: Knuth, MMIX's linear congruential generator.
            mixed = (mixed ^ token) * 6364136223846793005L + 1442695040888963407L;
        }
        return new SplittableRandom(mixed);
    }

    /** The index of the drawn token; of the likeliest ones at temperature 0 the first. */
    int draw(float[] logits, RandomGenerator random) {
        int likeliest = likeliest(logits);
        if (!Float.isFinite(logits[likeliest])) {
            throw new IllegalArgumentException("Cannot draw a token: the largest logit is " + logits[likeliest]
                    + ". The model's weights are not finite numbers; train it again with a lower learning rate.");
        }
        if (temperature == 0) {
            return likeliest;
        }
        double[] weights = weights(logits);
        double left = random.nextDouble() * Arrays.stream(weights).sum();
        int drawn = likeliest;
        for (int i = 0; i < logits.length && left >= 0; i++) {
            drawn = weights[i] > 0 ? i : drawn;
            left -= weights[i];
        }
        return drawn;
    }

    /** NaN counts as larger than any number. */
    private static int likeliest(float[] logits) {
        int found = 0;
        for (int i = 1; i < logits.length; i++) {
            found = Float.compare(logits[i], logits[found]) > 0 ? i : found;
        }
        return found;
    }

    /** How often each token is drawn, beside the others; 0: never. The temperature is above 0. */
    double[] weights(float[] logits) {
        float largest = logits[likeliest(logits)];
        float least = topK == 0 || topK >= logits.length ? Float.NEGATIVE_INFINITY : largest(logits, topK)[0];
        double[] weights = new double[logits.length];
        for (int i = 0; i < logits.length; i++) {
            weights[i] = logits[i] < least ? 0 : Math.exp((logits[i] - largest) / temperature);
        }
        if (topP < 1) {
            cut(weights);
        }
        return weights;
    }

    /** The so many largest, ascending. */
    private static float[] largest(float[] logits, int count) {
        float[] found = Arrays.copyOf(logits, count);
        Arrays.sort(found);
        for (int i = count; i < logits.length; i++) {
            int place = 0;
            while (place < count && logits[i] > found[place]) {
                place++;
            }
            if (place > 0) {
                System.arraycopy(found, 1, found, 0, place - 1);
                found[place - 1] = logits[i];
            }
        }
        return found;
    }

    /** Without the least likely, which have together no more than 1 - topP. */
    private void cut(double[] weights) {
        double[] ascending =
                Arrays.stream(weights).filter(weight -> weight > 0).sorted().toArray();
        double unwanted = (1 - topP) * Arrays.stream(ascending).sum();
        int kept = 0;
        for (double sum = ascending[0]; kept < ascending.length - 1 && sum <= unwanted; sum += ascending[kept]) {
            kept++;
        }
        for (int i = 0; i < weights.length; i++) {
            weights[i] = weights[i] < ascending[kept] ? 0 : weights[i];
        }
    }
}
