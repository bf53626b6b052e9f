package io.sparkmics.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ActivationCheckpointingTest {

    private static List<Integer> recomputed(int every, int stages) {
        return IntStream.range(0, stages)
                .filter(stage -> new ActivationCheckpointing(every).recomputes(stage, stages))
                .boxed()
                .toList();
    }

    @Test
    void everyKthStageIsRecomputedAndNeverTheLast() {
        assertThat(recomputed(0, 6)).isEmpty();
        assertThat(recomputed(1, 6)).containsExactly(0, 1, 2, 3, 4);
        assertThat(recomputed(2, 6)).containsExactly(1, 3);
        assertThat(recomputed(4, 6)).containsExactly(3);
        assertThat(recomputed(6, 6)).isEmpty();
        assertThat(recomputed(1, 1)).isEmpty();
    }

    @Test
    void aNegativeNumberIsRefused() {
        assertThatThrownBy(() -> new ActivationCheckpointing(-1))
                .hasMessage(
                        "Cannot checkpoint the activations of every -1th stage: it must be 0 for none, 1 for all, or"
                                + " more.");
    }
}
