package io.sparkmics.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.plan.LearningRate;
import io.sparkmics.plan.TrainingSchedule;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import scala.Tuple2;

/** Partition 1 of 2, four slots a step, two steps with micro-batches of 1, five validation sequences after the second. */
class BatchReaderTest {

    private static final int CONTEXT = 3;

    private final TrainingSchedule schedule = new TrainingSchedule(2, 4, 1, 2, LearningRate.constant(1), 2);
    private final TokenCounts counts = new TokenCounts(CONTEXT, 1, 100, 1, 15, 0, 0);
    private final List<Tuple2<SequenceKey, int[]>> pieces = new ArrayList<>();

    @BeforeEach
    void fill() {
        for (int step = 0; step < 2; step++) {
            for (int slot = 1; slot < 4; slot += 2) {
                add(step, false, slot, 0, 4);
            }
        }
        add(1, true, 1, 0, 2);
        add(1, true, 1, 2, 2);
        add(1, true, 3, 0, 4);
    }

    private void add(int step, boolean validation, int slot, int offset, int size) {
        pieces.add(piece(step, validation, slot, offset, size));
    }

    private static Tuple2<SequenceKey, int[]> piece(int step, boolean validation, int slot, int offset, int size) {
        return new Tuple2<>(
                new SequenceKey(step, validation, slot, offset),
                IntStream.range(offset, offset + size)
                        .map(i -> 100 * step + 10 * slot + i)
                        .toArray());
    }

    private BatchReader reader() {
        return new BatchReader(schedule, counts, 1, pieces.iterator(), 0);
    }

    private void readAll() {
        BatchReader reader = reader();
        for (int i = 0; i < 4; i++) {
            reader.nextTraining();
        }
        while (reader.evaluationDue()) {
            reader.nextEvaluation();
        }
    }

    @Test
    void batchesComeInTheOrderOfTheSchedule() {
        BatchReader reader = reader();
        reader.checkFirst();
        reader.checkFirst();
        List<Integer> slots = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            assertThat(reader.evaluationDue()).isFalse();
            TokenBatch batch = reader.nextTraining();
            assertThat(batch.step()).isEqualTo(i / 2);
            assertThat(batch.size()).isEqualTo(1);
            assertThat(batch.length()).isEqualTo(4);
            assertThat(batch.weights()).containsExactly(1.0);
            slots.add(batch.slots()[0]);
        }
        assertThat(slots).containsExactly(1, 3, 1, 3);
        assertThatThrownBy(reader::nextTraining)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Cannot read batches of step 2: the evaluation before it has not been read to its end.");
        TokenBatch first = reader.nextEvaluation();
        assertThat(first.step()).isEqualTo(1);
        assertThat(first.tokens()).containsExactly(110, 111, 112, 113);
        reader.nextEvaluation();
        TokenBatch padding = reader.nextEvaluation();
        assertThat(padding.slots()).containsExactly(-1);
        assertThat(padding.tokens()).containsExactly(0, 0, 0, 0);
        assertThat(padding.weights()).containsExactly(0.0);
        assertThat(reader.evaluationDue()).isFalse();
        assertThatThrownBy(reader::nextEvaluation).isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(reader::nextTraining)
                .isInstanceOf(NoSuchElementException.class)
                .hasMessage("Cannot read batches of step 2: the schedule ends before it.");
    }

    @Test
    void theLastValidationSequenceIsPaddedAndWeighsWhatItPredicts() {
        pieces.clear();
        add(0, false, 0, 0, 4);
        add(0, true, 0, 0, 4);
        add(0, true, 1, 0, 3);
        BatchReader reader = new BatchReader(
                new TrainingSchedule(1, 1, 1, 1, LearningRate.constant(1), 1),
                new TokenCounts(CONTEXT, 1, 4, 1, 6, 0, 0),
                0,
                pieces.iterator(),
                0);
        reader.nextTraining();
        assertThat(reader.nextEvaluation().weights()).containsExactly(1.0);
        TokenBatch last = reader.nextEvaluation();
        assertThat(last.tokens()).containsExactly(10, 11, 12, TokenBatch.PADDING);
        assertThat(last.weights()).containsExactly(2.0 / 3);
        assertThat(reader.evaluationDue()).isFalse();
    }

    @Test
    void aMissingSlotIsAnErrorThatNamesTheRemedy() {
        pieces.remove(1);
        assertThatThrownBy(this::readAll)
                .isInstanceOf(DataChangedException.class)
                .hasMessage("Cannot read slot 3 of step 0: found 4 values for slot 1 of step 1,"
                        + " so the data changed while it was read. Write the input out, or cache it, so that reading"
                        + " it again gives the same rows.");
    }

    @Test
    void aMissingFirstSlotIsSeenAhead() {
        pieces.remove(0);
        assertThatThrownBy(reader()::checkFirst).isInstanceOf(DataChangedException.class);
    }

    @Test
    void aPieceThatIsThereTwiceIsAnError() {
        pieces.add(0, pieces.get(0));
        assertThatThrownBy(this::readAll)
                .isInstanceOf(DataChangedException.class)
                .hasMessageContaining("found 4 values for slot 1 of step 0,");
    }

    @Test
    void aMissingPieceInTheMiddleIsAnError() {
        pieces.set(1, piece(0, false, 3, 0, 1));
        pieces.add(2, piece(0, false, 3, 2, 2));
        assertThatThrownBy(this::readAll)
                .isInstanceOf(DataChangedException.class)
                .hasMessageContaining(
                        "Cannot read slot 3 of step 0, from token 1: found 2 values for slot 3 of step 0, from"
                                + " token 2");
    }

    @Test
    void aPieceThatReachesOverItsSequenceIsAnError() {
        pieces.set(1, piece(0, false, 3, 0, 5));
        assertThatThrownBy(this::readAll)
                .isInstanceOf(DataChangedException.class)
                .hasMessageContaining("found 5 values");
    }

    @Test
    void dataThatEndsEarlyIsAnError() {
        pieces.remove(pieces.size() - 1);
        assertThatThrownBy(this::readAll)
                .isInstanceOf(DataChangedException.class)
                .hasMessageContaining("Cannot read validation sequence 3 of step 1: the data ends before it");
    }

    @Test
    void dataBehindTheEndIsAnError() {
        add(2, false, 1, 0, 4);
        assertThatThrownBy(this::readAll)
                .isInstanceOf(DataChangedException.class)
                .hasMessageContaining("Cannot read the end of the batches: found more, for slot 1 of step 2");
    }

    @Test
    void aStepThatIsDoneCanBeReadPastForItsBatch() {
        pieces.removeIf(piece -> piece._1().step() == 0);
        BatchReader reader = new BatchReader(schedule, counts, 1, pieces.iterator(), 1);
        reader.checkFirst();
        List<TokenBatch> batches = reader.readPast();
        assertThat(batches).extracting(TokenBatch::step).containsExactly(1L, 1L);
        assertThat(batches).extracting(batch -> batch.slots()[0]).containsExactly(1, 3);
        assertThat(batches.get(1).tokens()).containsExactly(130, 131, 132, 133);
        assertThat(reader.evaluationDue()).isFalse();
        assertThatThrownBy(reader::nextTraining).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void whereAllStepsAreDoneAnyDataIsAnError() {
        BatchReader reader = new BatchReader(
                schedule, counts, 1, List.<Tuple2<SequenceKey, int[]>>of().iterator(), 2);
        reader.checkFirst();
        assertThatThrownBy(reader::nextTraining).isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(new BatchReader(schedule, counts, 1, pieces.iterator(), 2)::checkFirst)
                .isInstanceOf(DataChangedException.class)
                .hasMessageContaining("Cannot read the end of the batches: found more, for slot 1 of step 0");
    }

    @Test
    void aFirstStepThatTheScheduleHasNotIsAnError() {
        for (long firstStep : new long[] {-1, 3}) {
            assertThatThrownBy(() -> new BatchReader(schedule, counts, 1, pieces.iterator(), firstStep))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Cannot go on after " + firstStep
                            + " steps: the schedule has 2. Give a number from 0 to that.");
        }
    }

    @Test
    void withoutValidationRowsNoEvaluationIsDue() {
        pieces.removeIf(piece -> piece._1().validation());
        BatchReader reader =
                new BatchReader(schedule, new TokenCounts(CONTEXT, 1, 100, 0, 0, 0, 0), 1, pieces.iterator(), 0);
        for (int i = 0; i < 4; i++) {
            reader.nextTraining();
            assertThat(reader.evaluationDue()).isFalse();
        }
    }
}
