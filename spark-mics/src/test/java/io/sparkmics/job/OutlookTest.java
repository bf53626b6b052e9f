package io.sparkmics.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.plan.LearningRate;
import io.sparkmics.plan.TrainingSchedule;
import org.junit.jupiter.api.Test;

class OutlookTest {

    private static final TrainingSchedule SCHEDULE =
            new TrainingSchedule(4, 32, 4, 1200, new LearningRate(1e-3, 10, 0.1), 0);

    private static final TrainingSchedule ALONE = new TrainingSchedule(1, 2, 1, 3, new LearningRate(1e-3, 1, 0.1), 0);

    @Test
    void aRunIsToldWithItsTokensAndItsMemory() {
        assertThat(new Outlook("Gpt of 1,323,520 parameters", SCHEDULE, "tokens", 128, 2, false, 12_500_000).describe())
                .isEqualTo(
                        "Gpt of 1,323,520 parameters: 1,200 steps of 4,096 tokens, on 4 CPU ranks in partition groups"
                                + " of 2; each takes 11.9 MiB without activations.");
        assertThat(new Outlook("Gpt of 7,936 parameters", ALONE, "tokens", 8, 1, false, 1 << 20).describe())
                .contains(" on 1 CPU rank in partition groups of 1; ");
        assertThat(new Outlook("Gpt of 7,000,000,000 parameters", SCHEDULE, "tokens", 2048, 4, true, 30_000_000_000L)
                        .describe())
                .endsWith("on 4 GPU ranks in partition groups of 4; each takes 27.9 GiB without activations.");
    }

    @Test
    void rowsWithoutTokensAreCountedAsRows() {
        assertThat(new Outlook("Perceptron of 12 parameters", SCHEDULE, "rows", 1, 2, false, 1 << 20).describe())
                .startsWith("Perceptron of 12 parameters: 1,200 steps of 32 rows, on 4 CPU ranks");
    }
}
