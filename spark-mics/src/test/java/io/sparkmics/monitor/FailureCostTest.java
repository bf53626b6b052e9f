package io.sparkmics.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailureCostTest {

    private final List<String> said = new ArrayList<>();
    private final FailureCost cost = new FailureCost(said::add);

    private void hear(long steps, long from, double secondsPerStep) {
        for (long step = from; step < from + 6; step++) {
            cost.accept(new StepMetrics(step, steps, 2, 1e-3, 1, 100, step, null, 20 + step * secondsPerStep));
        }
    }

    @Test
    void aLongRunIsToldOnceWhatAFailureWouldCost() {
        hear(7_800, 1, 1);
        hear(7_800, 3, 1);
        assertThat(said)
                .containsExactly("Without checkpoints a failure would cost all of it, about 2:10 h: set"
                        + " checkpointInterval.");
    }

    @Test
    void aShortRunIsNot() {
        hear(500, 1, 1);
        assertThat(said).isEmpty();
    }

    @Test
    void whatWasDoneBeforeTheRunWentOnSaysNothingOfItsPace() {
        hear(500, 300, 10);
        assertThat(said).singleElement().asString().contains("about 1:24 h");
    }
}
