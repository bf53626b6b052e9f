package io.sparkmics.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.plan.LearningRate;
import io.sparkmics.plan.TrainingSchedule;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class SequenceOrderTest {

    private static SequenceOrder order(int world, int batch, int steps, long sequences, long seed) {
        TrainingSchedule schedule =
                new TrainingSchedule(world, batch, 1, steps, LearningRate.constant(1), Math.max(1, steps / 2));
        return new SequenceOrder(schedule, 0, new TokenCounts(2, 1, sequences * 2 + 2, 1, 6, 0, 0), seed);
    }

    /** Sequence by place in the stream. */
    private static TreeMap<Long, Long> stream(SequenceOrder order) {
        TreeMap<Long, Long> stream = new TreeMap<>();
        int batch = order.schedule().globalBatchSize();
        for (long g = 0; g <= order.counts().trainingSequences(); g++) {
            for (SequenceKey key : order.training(g, 0).toList()) {
                assertThat(stream.put(key.step() * batch + key.slot(), g)).isNull();
            }
        }
        return stream;
    }

    @Property(tries = 200)
    void everyStepAndSlotIsFilledOnceAndNoSequenceComesAgainBeforeAllHaveCome(
            @ForAll @IntRange(min = 1, max = 40) int sequences,
            @ForAll @IntRange(min = 1, max = 12) int batch,
            @ForAll @IntRange(min = 1, max = 20) int steps,
            @ForAll long seed) {
        TreeMap<Long, Long> stream = stream(order(1, batch, steps, sequences, seed));
        assertThat(stream).hasSize(steps * batch);
        assertThat(stream.lastKey()).isEqualTo((long) steps * batch - 1);
        for (long epoch = 0; epoch * sequences < steps * batch; epoch++) {
            Set<Long> seen = new HashSet<>(
                    stream.subMap(epoch * sequences, (epoch + 1) * sequences).values());
            assertThat(seen).hasSize((int) Math.min(sequences, steps * batch - epoch * sequences));
        }
    }

    @Example
    void theStreamIsTheSameForEveryWorldSize() {
        assertThat(stream(order(4, 8, 5, 30, 7)))
                .isEqualTo(stream(order(1, 8, 5, 30, 7)))
                .isNotEqualTo(stream(order(1, 8, 5, 30, 8)));
    }

    @Example
    void theStreamIsTheSameForEveryGlobalBatchSize() {
        assertThat(stream(order(1, 8, 5, 30, 7))).isEqualTo(stream(order(1, 4, 10, 30, 7)));
    }

    @Example
    void validationSequencesAreDueAfterEveryEvaluation() {
        SequenceOrder order = order(1, 8, 5, 30, 7);
        assertThat(order.validation(2, 1).collect(Collectors.toList()))
                .containsExactly(
                        new SequenceKey(1, true, 2, 1), new SequenceKey(3, true, 2, 1), new SequenceKey(4, true, 2, 1));
        assertThat(order.validation(3, 0)).isEmpty();
    }
}
