package io.sparkmics.model.bert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.bootstrap.machine.NativeLibraries;
import io.sparkmics.engine.Values;
import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.engine.stage.StagePass;
import io.sparkmics.model.Tokens;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class MaskedTokensTest {

    private static final int MASK = 3;
    private static final int LENGTH = 4000;
    private static final BertConfig CONFIG = new BertConfig(
            new BertSizes(1, 1, 4, 4, LENGTH, 1000, 2, "gelu", 1e-12, 0),
            LENGTH,
            new SpecialTokens(0, MASK, List.of(0, 1, 2, MASK)),
            true);

    private record Row(double[] tokens, double[] read, double[] targets) {
        boolean chosen(int i) {
            return targets[i] >= 0;
        }

        long count(IntPredicate which) {
            return IntStream.range(0, tokens.length).filter(which).count();
        }
    }

    @BeforeAll
    static void loadNatives() {
        NativeLibraries.load();
    }

    private static int[] ordinary() {
        return IntStream.range(0, LENGTH).map(i -> 4 + i * 7 % 996).toArray();
    }

    private static Row masked(int[] tokens, long seed, long step, int slot, boolean training) {
        try (PointerScope scope = new PointerScope();
                MicroBatch batch =
                        new MicroBatch(Tokens.tensor(new int[][] {tokens}), step, new int[] {slot}, new double[1])) {
            MaskedTokens masked = MaskedTokens.of(CONFIG, new StagePass(batch, seed, training));
            return new Row(
                    Arrays.stream(tokens).asDoubleStream().toArray(),
                    Values.of(masked.read()),
                    Values.of(masked.targets()));
        }
    }

    @Test
    void ofAHundredTokensFifteenAreGuessedOfWhichTwelveAreHiddenAndSomeReplaced() {
        Row row = masked(ordinary(), 1, 0, 0, true);

        long chosen = row.count(row::chosen);
        assertThat(chosen / (double) LENGTH).isCloseTo(0.15, within(0.02));
        assertThat(row.count(i -> row.chosen(i) && row.read()[i] == MASK) / (double) chosen)
                .isCloseTo(0.8, within(0.05));
        assertThat(row.count(i -> row.chosen(i) && row.read()[i] == row.tokens()[i]) / (double) chosen)
                .isCloseTo(0.1, within(0.04));
        assertThat(row.count(i -> row.chosen(i) && row.read()[i] != row.tokens()[i] && row.read()[i] != MASK)
                        / (double) chosen)
                .isCloseTo(0.1, within(0.04));
        for (int i = 0; i < LENGTH; i++) {
            assertThat(row.read()[i]).isBetween(0.0, 999.0);
            assertThat(row.targets()[i]).isEqualTo(row.chosen(i) ? row.tokens()[i] : -1);
            assertThat(row.chosen(i) || row.read()[i] == row.tokens()[i]).isTrue();
        }
    }

    @Test
    void whichOnesDependsOnSeedStepAndSlotAndInAnEvaluationNotOnTheStep() {
        double[] targets = masked(ordinary(), 1, 0, 0, true).targets();

        assertThat(masked(ordinary(), 1, 0, 0, true).targets()).isEqualTo(targets);
        assertThat(masked(ordinary(), 2, 0, 0, true).targets()).isNotEqualTo(targets);
        assertThat(masked(ordinary(), 1, 1, 0, true).targets()).isNotEqualTo(targets);
        assertThat(masked(ordinary(), 1, 0, 1, true).targets()).isNotEqualTo(targets);
        assertThat(masked(ordinary(), 1, 5, 0, false).targets())
                .isEqualTo(masked(ordinary(), 1, 6, 0, false).targets());
    }

    @Test
    void neitherPaddingNorSpecialTokensAreGuessed() {
        int[] tokens = new int[LENGTH];
        Arrays.setAll(tokens, i -> i < LENGTH / 2 ? i % 4 : -1);

        Row row = masked(tokens, 1, 0, 0, true);

        assertThat(row.read()).isEqualTo(row.tokens());
        assertThat(row.targets()).containsOnly(-1);
    }
}
