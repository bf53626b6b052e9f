package io.sparkmics.data;

import io.sparkmics.plan.TrainingSchedule;
import java.io.Serializable;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Which step and slot every sequence goes to. The stream of training sequences is epoch after epoch, each in its own seeded
 * permutation; step t takes the next B of it, so a batch may reach over the end of an epoch and no sequence is seen again
 * before all are seen.
 *
 * @param firstStep what is due before it goes nowhere
 */
record SequenceOrder(TrainingSchedule schedule, long firstStep, TokenCounts counts, long seed) implements Serializable {

    SequenceOrder {
        schedule.requireFirstStep(firstStep);
    }

    /** Every step and slot of a training sequence, none for what is left over. */
    Stream<SequenceKey> training(long sequence, int offset) {
        long sequences = counts.trainingSequences();
        if (sequence >= sequences) {
            return Stream.empty();
        }
        int batch = schedule.globalBatchSize();
        long first = firstStep * batch;
        return LongStream.rangeClosed(first / sequences, (schedule.sequences() - 1) / sequences)
                .map(epoch -> epoch * sequences + new Permutation(seed, epoch, sequences).apply(sequence))
                .filter(place -> place >= first && place < schedule.sequences())
                .mapToObj(place -> new SequenceKey(place / batch, false, (int) (place % batch), offset));
    }

    /** A validation sequence after every step that evaluates, from the first one on. */
    Stream<SequenceKey> validation(long sequence, int offset) {
        if (sequence >= counts.validationSequences()) {
            return Stream.empty();
        }
        return schedule.evaluations(firstStep).mapToObj(step -> new SequenceKey(step, true, (int) sequence, offset));
    }
}
