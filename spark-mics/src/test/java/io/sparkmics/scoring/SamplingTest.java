package io.sparkmics.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SamplingTest {

    private static final int DRAWS = 20_000;

    /** Probabilities 0.1, 0.6, 0.3 at temperature 1. */
    private final float[] logits = {(float) Math.log(1), (float) Math.log(6), (float) Math.log(3)};

    @Test
    void atTemperatureOneTokensComeAsOftenAsTheModelSays() {
        double[] frequencies = frequencies(new Sampling(1, 0, 1));

        assertThat(frequencies[0]).isCloseTo(0.1, within(0.015));
        assertThat(frequencies[1]).isCloseTo(0.6, within(0.015));
        assertThat(frequencies[2]).isCloseTo(0.3, within(0.015));
    }

    @Test
    void aLowTemperaturePrefersLikelyTokens() {
        // Squared: 1, 36, 9 of 46.
        assertThat(frequencies(new Sampling(0.5, 0, 1))[1]).isCloseTo(36 / 46.0, within(0.015));
    }

    @Test
    void onlyTheLikeliestAreDrawn() {
        double[] frequencies = frequencies(new Sampling(1, 2, 1));

        assertThat(frequencies[0]).isZero();
        assertThat(frequencies[2]).isCloseTo(1 / 3.0, within(0.015));
    }

    @Test
    void atTemperatureZeroTheLikeliestComesAlways() {
        assertThat(frequencies(new Sampling(0, 0, 1))).containsExactly(0, 1, 0);
    }

    @Test
    void ofEqualOnesTheFirstIsTheLikeliest() {
        assertThat(new Sampling(0, 0, 1).draw(new float[] {1, 3, 3, 2}, new SplittableRandom(1)))
                .isEqualTo(1);
    }

    @Test
    void onlyTheLikeliestThatHaveTheProbabilityTogetherAreDrawn() {
        assertThat(new Sampling(1, 0, 0.59, 1).weights(logits)).containsExactly(0, 1, 0);
        assertThat(frequencies(new Sampling(1, 0, 0.61, 1))[2]).isCloseTo(1 / 3.0, within(0.015));
        assertThat(new Sampling(1, 0, 0.91, 1).weights(logits)).doesNotContain(0);
        // Squared: 36 of 46 are enough.
        assertThat(new Sampling(0.5, 0, 0.7, 1).weights(logits)).containsExactly(0, 1, 0);
    }

    @Test
    void theProbabilityIsThatOfTheLikeliestFew() {
        // Of two, 2 thirds and 1 third.
        assertThat(new Sampling(1, 2, 0.66, 1).weights(logits)).containsExactly(0, 1, 0);
        assertThat(new Sampling(1, 0, 0.66, 1).weights(logits)[2]).isPositive();
    }

    @Test
    void theSamePromptHasTheSameRandomNumbers() {
        Sampling sampling = new Sampling(1, 0, 7);

        long drawn = sampling.random(new int[] {1, 2}).nextLong();

        assertThat(sampling.random(new int[] {1, 2}).nextLong()).isEqualTo(drawn);
        assertThat(sampling.random(new int[] {2, 1}).nextLong()).isNotEqualTo(drawn);
        assertThat(new Sampling(1, 0, 8).random(new int[] {1, 2}).nextLong()).isNotEqualTo(drawn);
    }

    @Test
    void logitsThatAreNotNumbersAreRefused() {
        assertThatThrownBy(() -> Sampling.DEFAULT.draw(new float[] {1, Float.NaN}, new SplittableRandom(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot draw a token: the largest logit is NaN.");
        assertThatThrownBy(() -> new Sampling(0, 0, 1).draw(new float[] {Float.NaN, 1}, new SplittableRandom(1)))
                .hasMessageStartingWith("Cannot draw a token: the largest logit is NaN.");
    }

    @Test
    void senselessSamplingIsRefused() {
        assertThatThrownBy(() -> new Sampling(-1, 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot draw tokens at temperature -1.0: it is not a finite number from 0.");
        assertThatThrownBy(() -> new Sampling(1, -2, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot draw from the -2 likeliest tokens: topK is negative.");
        assertThatThrownBy(() -> new Sampling(1, 0, 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "Cannot draw from the likeliest tokens that have the probability 0.0 together:");
    }

    private double[] frequencies(Sampling sampling) {
        SplittableRandom random = new SplittableRandom(sampling.seed());
        double[] frequencies = new double[logits.length];
        for (int i = 0; i < DRAWS; i++) {
            frequencies[sampling.draw(logits, random)] += 1.0 / DRAWS;
        }
        for (int i = 0; i < logits.length; i++) {
            frequencies[i] = Math.round(frequencies[i] * DRAWS) / (double) DRAWS;
        }
        return frequencies;
    }
}
