package io.sparkmics.job.rank;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.monitor.StepMetrics;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeldOutLossesTest {

    private static HeldOutLosses after(double minDelta, double... losses) {
        HeldOutLosses all = HeldOutLosses.NONE;
        for (double loss : losses) {
            all = all.and(loss, minDelta);
        }
        return all;
    }

    @Test
    void whatIsLowerIsBetterAndWhatIsNotCounts() {
        assertThat(after(0, 3)).isEqualTo(new HeldOutLosses(3, 3, 0));
        assertThat(after(0, 3, 2, 2.5, 2)).isEqualTo(new HeldOutLosses(2, 2, 2));
        assertThat(after(0, 3, 2, 2.5, 1.5)).isEqualTo(new HeldOutLosses(1.5, 1.5, 0));
    }

    /** The lowest is kept all the same. */
    @Test
    void aSlowDescentIsBetterOnceItHasComeFarEnough() {
        assertThat(after(0.25, 3, 2.9, 2.8)).isEqualTo(new HeldOutLosses(2.8, 3, 2));
        assertThat(after(0.25, 3, 2.9, 2.8, 2.7)).isEqualTo(new HeldOutLosses(2.7, 2.7, 0));
    }

    @Test
    void whatIsNoNumberIsNoBetter() {
        assertThat(after(0, Double.NaN, Double.POSITIVE_INFINITY))
                .isEqualTo(new HeldOutLosses(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, 2));
        assertThat(after(0, 3, Double.NaN)).isEqualTo(new HeldOutLosses(3, 3, 1));
    }

    @Test
    void ofAHistoryStepsWithAnEvaluationCount() {
        List<StepMetrics> history = List.of(step(1, null), step(2, 3.0), step(3, null), step(4, 3.5));
        assertThat(HeldOutLosses.of(history, 0)).isEqualTo(after(0, 3, 3.5));
        assertThat(HeldOutLosses.of(history, 0).keeping(3.25)).isEqualTo(new HeldOutLosses(3.25, 3, 1));
    }

    private static StepMetrics step(long step, Double validationLoss) {
        return new StepMetrics(step, 4, 1, 1e-3, 1, 10, 10 * step, validationLoss, step);
    }
}
