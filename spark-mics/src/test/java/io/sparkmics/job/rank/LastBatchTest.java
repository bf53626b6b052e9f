package io.sparkmics.job.rank;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.data.TokenBatch;
import org.junit.jupiter.api.Test;

class LastBatchTest {

    private final LastBatch last = new LastBatch();

    private TokenBatch read(long step) {
        return last.add(new TokenBatch(step, new int[] {0}, new int[] {1, 2}, new double[] {1}));
    }

    @Test
    void itIsThatOfTheLastUpdateHoweverFarTheReaderIs() {
        read(0);
        TokenBatch updated = read(1);
        last.endStep(0, false);
        read(2);
        last.endStep(1, false);
        last.endStep(2, true);

        assertThat(last.microBatches()).containsExactly(updated);
    }

    @Test
    void whereAnAttemptUpdatesNothingItIsThatOfItsLastStep() {
        read(6);
        last.endStep(6, true);
        TokenBatch end = read(7);
        last.endStep(7, true);

        assertThat(last.microBatches()).containsExactly(end);
    }
}
