package io.sparkmics.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TrainingScheduleTest {

    private static final LearningRate RATE = LearningRate.constant(0.1);

    private static TrainingSchedule schedule(long steps, long evaluateEvery) {
        return new TrainingSchedule(4, 32, 4, steps, RATE, evaluateEvery);
    }

    @Test
    void microStepsAreTheGlobalBatchOverRanksAndMicroBatches() {
        TrainingSchedule schedule = new TrainingSchedule(4, 96, 4, 10, RATE, 0);
        assertThat(schedule.microSteps()).isEqualTo(6);
        assertThat(schedule.sequencesPerRank()).isEqualTo(24);
        assertThat(schedule.sequences()).isEqualTo(960);
    }

    @Test
    void aGlobalBatchThatDoesNotDivideNamesTheNearestSizes() {
        assertThat(TrainingSchedule.problems(4, 40, 4))
                .containsExactly(
                        "Cannot split a global batch of 40 sequences: it is not a multiple of micro-batch size 4"
                                + " x world size 4 = 16. Set the global batch size to 32 or 48."
                                + " Or set the micro-batch size to 2 or 5.");
        assertThat(TrainingSchedule.problems(4, 6, 4))
                .containsExactly(
                        "Cannot split a global batch of 6 sequences: it is not a multiple of micro-batch size 4"
                                + " x world size 4 = 16. Set the global batch size to 16.");
        assertThat(TrainingSchedule.problems(2, 6, 8))
                .containsExactly(
                        "Cannot split a global batch of 6 sequences: it is not a multiple of micro-batch size 8"
                                + " x world size 2 = 16. Set the global batch size to 16. Or set the micro-batch size to 3.");
        assertThat(TrainingSchedule.problems(4, 32, 4)).isEmpty();
    }

    @Test
    void everySizeThatIsNamedAsNearestIsValid() {
        for (int world = 1; world <= 6; world++) {
            for (int batch = 1; batch <= 60; batch++) {
                for (int micro = 1; micro <= 9; micro++) {
                    for (String problem : TrainingSchedule.problems(world, batch, micro)) {
                        assertNamedSizesAreValid(problem, world, batch, micro);
                    }
                }
            }
        }
    }

    private static void assertNamedSizesAreValid(String problem, int world, int batch, int micro) {
        assertThat(problem).contains("Set the global batch size to ");
        for (String size : sizes(problem, "global batch size to ")) {
            assertThat(TrainingSchedule.problems(world, Integer.parseInt(size), micro))
                    .isEmpty();
        }
        if (batch % world == 0) {
            for (String size : sizes(problem, "micro-batch size to ")) {
                assertThat(TrainingSchedule.problems(world, batch, Integer.parseInt(size)))
                        .isEmpty();
            }
        }
    }

    private static String[] sizes(String problem, String words) {
        String tail = problem.substring(problem.indexOf(words) + words.length());
        return tail.substring(0, tail.indexOf('.')).split(" or ");
    }

    @Test
    void allSizesThatAreNotPositiveAreNamedAtOnce() {
        assertThatThrownBy(() -> new TrainingSchedule(0, -1, 0, 1, RATE, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot set the world size to 0: it must be 1 or more."
                        + " Cannot set the global batch size to -1: it must be 1 or more."
                        + " Cannot set the micro-batch size to 0: it must be 1 or more.");
    }

    @Test
    void productsBeyondAnIntAreNoValidSizes() {
        assertThat(TrainingSchedule.problems(1 << 20, 1 << 20, 1 << 20))
                .containsExactly("Cannot split a global batch of 1048576 sequences: it is not a multiple of micro-batch"
                        + " size 1048576 x world size 1048576 = 1099511627776. Or set the micro-batch size to 1.");
    }

    @Test
    void stepsEvaluationsAndTheirSumAreChecked() {
        assertThatThrownBy(() -> schedule(0, 0)).hasMessage("Cannot train for 0 steps: it must be 1 or more.");
        assertThatThrownBy(() -> schedule(1, -1))
                .hasMessage("Cannot evaluate every -1 steps: it must be positive, or 0 for never.");
        assertThatThrownBy(() -> schedule(Long.MAX_VALUE, 0))
                .hasMessageContaining("more sequences than can be counted");
    }

    @Test
    void evaluationsComeEverySoManyStepsAndAfterTheLast() {
        assertThat(schedule(10, 4).evaluations(0)).containsExactly(3L, 7L, 9L);
        assertThat(schedule(8, 4).evaluations(0)).containsExactly(3L, 7L);
        assertThat(schedule(3, 4).evaluations(0)).containsExactly(2L);
        assertThat(schedule(3, 0).evaluations(0)).isEmpty();
        assertThat(schedule(10, 4).evaluations(4)).containsExactly(7L, 9L);
        assertThat(schedule(10, 4).evaluations(9)).containsExactly(9L);
        assertThat(schedule(10, 4).evaluations(10)).isEmpty();
        assertThat(schedule(8, 4).evaluations(7)).containsExactly(7L);
        for (TrainingSchedule schedule : new TrainingSchedule[] {schedule(10, 4), schedule(8, 4), schedule(3, 0)}) {
            for (long step = 0; step < schedule.steps(); step++) {
                long n = step;
                assertThat(schedule.evaluatesAfter(step))
                        .isEqualTo(schedule.evaluations(0).anyMatch(due -> due == n));
            }
        }
    }

    @Test
    void theLearningRateWarmsUpAndFallsAlongACosine() {
        TrainingSchedule schedule = new TrainingSchedule(1, 1, 1, 104, new LearningRate(1.0, 4, 0.1), 0);
        assertThat(schedule.learningRate(0)).isCloseTo(0.2, within(1e-12));
        assertThat(schedule.learningRate(3)).isCloseTo(0.8, within(1e-12));
        assertThat(schedule.learningRate(4)).isEqualTo(1.0);
        // A third of the way and two thirds: the cosine is 1/2 and -1/2.
        assertThat(schedule.learningRate(37)).isCloseTo(0.775, within(1e-12));
        assertThat(schedule.learningRate(70)).isCloseTo(0.325, within(1e-12));
        assertThat(schedule.learningRate(103)).isEqualTo(0.1);
        assertThat(schedule.warning()).isEmpty();
        for (long step = 5; step < 104; step++) {
            assertThat(schedule.learningRate(step)).isLessThan(schedule.learningRate(step - 1));
        }
        assertThatThrownBy(() -> schedule.learningRate(104)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void theCosineNeedsTwoStepsToGetToItsEnd() {
        assertThat(rates(new LearningRate(0.5, 0, 0.2), 1)).containsExactly(0.5);
        assertThat(rates(new LearningRate(0.5, 0, 0.2), 2)).containsExactly(0.5, 0.1);
        assertThat(rates(new LearningRate(0.5, 1, 0), 2)).containsExactly(0.25, 0.5);
        assertThat(rates(new LearningRate(0.5, 1, 0), 3)).containsExactly(0.25, 0.5, 0);
        assertThat(rates(LearningRate.constant(0.5), 3)).containsExactly(0.5, 0.5, 0.5);
    }

    private static double[] rates(LearningRate rate, int steps) {
        TrainingSchedule schedule = new TrainingSchedule(1, 1, 1, steps, rate, 0);
        assertThat(schedule.warning()).isEmpty();
        return IntStream.range(0, steps).mapToDouble(schedule::learningRate).toArray();
    }

    @Test
    void aWarmUpAsLongAsTheTrainingNeverGetsToThePeakAndSaysSo() {
        TrainingSchedule schedule = new TrainingSchedule(1, 1, 1, 3, new LearningRate(1.0, 3, 0), 0);
        assertThat(schedule.learningRate(2)).isEqualTo(0.75);
        assertThat(schedule.warning())
                .hasValue("The warm-up of 3 steps is as long as the run of 3: the learning rate ends at 7.50e-01 and"
                        + " never gets to its peak of 1.00e+00. Set fewer warmUpSteps, or train for more steps.");
        TrainingSchedule endless = new TrainingSchedule(1, 1, 1, 3, new LearningRate(1.0, Long.MAX_VALUE, 0), 0);
        assertThat(endless.learningRate(2)).isBetween(0.0, 1e-12);
        assertThat(endless.warning()).get().asString().contains("longer than the run of 3");
    }

    @Test
    void learningRatesOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new LearningRate(Double.NaN, 0, 0))
                .hasMessage("Cannot set the peak learning rate to NaN: it must be positive.");
        assertThatThrownBy(() -> new LearningRate(1, -1, 0))
                .hasMessage("Cannot warm up for -1 steps: it must be 0 or more.");
        assertThatThrownBy(() -> new LearningRate(1, 0, 1.5))
                .hasMessage("Cannot set the minimum learning-rate ratio to 1.5: it must be from 0 to 1.");
    }

    @Test
    void trainingStopsAtTheFirstLimit() {
        assertThat(TrainingSchedule.steps(OptionalLong.of(200), OptionalDouble.empty(), 7, 32))
                .isEqualTo(200);
        assertThat(TrainingSchedule.steps(OptionalLong.empty(), OptionalDouble.of(2), 100, 32))
                .isEqualTo(6);
        assertThat(TrainingSchedule.steps(OptionalLong.of(5), OptionalDouble.of(2), 100, 32))
                .isEqualTo(5);
        assertThat(TrainingSchedule.steps(OptionalLong.of(50), OptionalDouble.of(0.7), 1000, 100))
                .isEqualTo(7);
    }

    @Test
    void sequencesThatFillNoGlobalBatchAtTheEndOfTheEpochsAreLeftOver() {
        TrainingSchedule schedule = new TrainingSchedule(4, 32, 4, 6, RATE, 0);

        assertThat(schedule.leftOverSequences(OptionalDouble.of(2), 100)).isEqualTo(8);
        assertThat(schedule.leftOverSequences(OptionalDouble.of(2), 96)).isZero();
        assertThat(schedule.leftOverSequences(OptionalDouble.of(3), 100)).isZero();
        assertThat(schedule.leftOverSequences(OptionalDouble.empty(), 100)).isZero();
    }

    @Test
    void limitsThatLeaveNothingAreRefused() {
        assertThatThrownBy(() -> TrainingSchedule.steps(OptionalLong.empty(), OptionalDouble.empty(), 100, 32))
                .hasMessage(
                        "Cannot tell when to stop: neither maximum steps nor epochs are set. Set one of them, or both.");
        assertThatThrownBy(() -> TrainingSchedule.steps(OptionalLong.of(9), OptionalDouble.of(0.25), 100, 32))
                .hasMessage("Cannot train for 0.25 epochs: 100 sequences give no whole global batch of 32."
                        + " Set more epochs or a smaller global batch size.");
        assertThatThrownBy(() -> TrainingSchedule.steps(OptionalLong.of(9), OptionalDouble.of(0), 100, 32))
                .hasMessage("Cannot train for 0.0 epochs: it must be positive.");
    }
}
