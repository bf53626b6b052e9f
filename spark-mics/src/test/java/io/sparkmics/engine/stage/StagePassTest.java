package io.sparkmics.engine.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.engine.Values;
import io.sparkmics.model.Tokens;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class StagePassTest {

    private static final int ELEMENTS = 10_000;

    /** Ones after dropout, one row for each slot. */
    private static double[] dropped(long seed, long step, String site, double probability, int... slots) {
        try (PointerScope scope = new PointerScope()) {
            MicroBatch batch =
                    new MicroBatch(Tokens.tensor(new int[slots.length][1]), step, slots, new double[slots.length]);
            Tensor ones = torch.ones(slots.length, ELEMENTS);
            return Values.of(new StagePass(batch, seed, true).dropout(ones, probability, site));
        }
    }

    @Test
    void whatIsKeptIsScaledSoThatTheMeanStays() {
        double[] values = dropped(1, 0, "site", 0.25, 0);
        assertThat(Arrays.stream(values).distinct().sorted().toArray())
                .containsExactly(new double[] {0, 4.0 / 3}, within(1e-6));
        assertThat(Arrays.stream(values).average().orElseThrow()).isCloseTo(1, within(0.03));
    }

    @Test
    void aMaskDependsOnSeedStepSlotAndSite() {
        double[] mask = dropped(1, 0, "site", 0.5, 0);
        assertThat(dropped(1, 0, "site", 0.5, 0)).containsExactly(mask);
        assertThat(dropped(2, 0, "site", 0.5, 0)).isNotEqualTo(mask);
        assertThat(dropped(1, 1, "site", 0.5, 0)).isNotEqualTo(mask);
        assertThat(dropped(1, 0, "site", 0.5, 1)).isNotEqualTo(mask);
        assertThat(dropped(1, 0, "other", 0.5, 0)).isNotEqualTo(mask);
    }

    @Test
    void aSequenceHasItsMaskInWhateverMicroBatchItComes() {
        double[] together = dropped(1, 3, "site", 0.5, 4, 9);
        assertThat(Arrays.copyOf(together, ELEMENTS)).containsExactly(dropped(1, 3, "site", 0.5, 4));
        assertThat(Arrays.copyOfRange(together, ELEMENTS, 2 * ELEMENTS)).containsExactly(dropped(1, 3, "site", 0.5, 9));
    }

    /** In either type, and of an odd number of elements too: of each random number there are two. */
    @Test
    void ofAShorterSequenceTheMaskIsTheBeginningOfTheLongerOnes() {
        for (ScalarType type : List.of(ScalarType.Float, ScalarType.Double)) {
            try (PointerScope scope = new PointerScope()) {
                MicroBatch batch = new MicroBatch(Tokens.tensor(new int[2][1]), 3, new int[] {4, 9}, new double[2]);
                StagePass pass = new StagePass(batch, 1, true);
                Tensor longer = pass.dropout(torch.ones(2, 50, 7).to(type), 0.5, "site");
                Tensor shorter = pass.dropout(torch.ones(2, 21, 7).to(type), 0.5, "site");

                assertThat(Values.of(shorter)).containsExactly(Values.of(longer.narrow(1, 0, 21)));
            }
        }
    }

    private static double[] uniform(long seed, long step, boolean training, String site, int... slots) {
        try (PointerScope scope = new PointerScope()) {
            MicroBatch batch =
                    new MicroBatch(Tokens.tensor(new int[slots.length][1]), step, slots, new double[slots.length]);
            return Values.of(new StagePass(batch, seed, training).uniform(site, 2, ELEMENTS / 2));
        }
    }

    @Test
    void randomNumbersAreUniformAndEachSequencesOwn() {
        double[] together = uniform(1, 3, true, "site", 4, 9);

        assertThat(Arrays.stream(together).average().orElseThrow()).isCloseTo(0.5, within(0.01));
        assertThat(Arrays.stream(together).allMatch(number -> number >= 0 && number < 1))
                .isTrue();
        assertThat(Arrays.copyOf(together, ELEMENTS)).containsExactly(uniform(1, 3, true, "site", 4));
        assertThat(Arrays.copyOfRange(together, ELEMENTS, 2 * ELEMENTS))
                .containsExactly(uniform(1, 3, true, "site", 9));
        assertThat(uniform(1, 4, true, "site", 4)).isNotEqualTo(uniform(1, 3, true, "site", 4));
        assertThat(uniform(1, 3, true, "other", 4)).isNotEqualTo(uniform(1, 3, true, "site", 4));
    }

    @Test
    void outsideTrainingTheyAreThoseOfEveryStep() {
        assertThat(uniform(1, 3, false, "site", 4)).isEqualTo(uniform(1, 8, false, "site", 4));
    }
}
