package io.sparkmics.job.rank;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.engine.StepResult;
import org.junit.jupiter.api.Test;

class DivergenceTest {

    private static final StepResult GOOD = new StepResult(2.5, 1.25);
    private static final StepResult BAD = new StepResult(Double.NaN, Double.NaN);

    private final Divergence divergence = new Divergence(200);

    private void steps(StepResult... results) {
        for (int step = 0; step < results.length; step++) {
            divergence.check(step, results[step], 1e-3);
        }
    }

    @Test
    void fewSkippedStepsInARowArePassedOver() {
        assertThatCode(() -> {
                    steps(BAD, BAD, BAD, BAD, GOOD, BAD, BAD, BAD, BAD, GOOD);
                    divergence.checkResult(0, 2.5);
                })
                .doesNotThrowAnyException();
    }

    @Test
    void fiveInARowEndTheTrainingWithWhatLedToThem() {
        StepResult tooLarge = new StepResult(1e30, Double.POSITIVE_INFINITY);

        assertThatThrownBy(() -> steps(GOOD, GOOD, tooLarge, BAD, BAD, BAD, BAD))
                .isInstanceOf(DivergedException.class)
                .hasMessage(
                        "Cannot go on training: loss or gradient was not finite in 5 steps in a row, after step 7 of "
                                + "200 (loss NaN, learning rate 1.00e-03). The gradient's norm in the last steps was 1.25, 1.25, "
                                + "Infinity, NaN, NaN, NaN, NaN. Lower learningRate, set gradientClipping or lower it, or "
                                + "warm up for more steps.");
    }

    @Test
    void whatIsNotFiniteIsNoResult() {
        steps(GOOD);

        assertThatThrownBy(() -> divergence.checkResult(1_234, 2.5))
                .isInstanceOf(DivergedException.class)
                .hasMessageStartingWith("Cannot save the model: 1,234 parameters are not finite, after step 1 of 200");
        assertThatThrownBy(() -> divergence.checkResult(0, Double.POSITIVE_INFINITY))
                .isInstanceOf(DivergedException.class)
                .hasMessageStartingWith(
                        "Cannot save the model: the loss of its weights is Infinity, after step 1 of 200");
    }

    @Test
    void aTrainingThatUpdatedNothingIsNone() {
        steps(BAD, BAD);

        assertThatThrownBy(() -> divergence.checkResult(0, Double.NaN))
                .isInstanceOf(DivergedException.class)
                .hasMessageStartingWith(
                        "Cannot save the model: loss or gradient was not finite in every step, after step 2 of 200");
    }
}
