package io.sparkmics.data;

import io.sparkmics.plan.LearningRate;
import io.sparkmics.plan.TrainingSchedule;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import scala.Tuple2;

/** All batches of a schedule, read by real tasks, a {@link BatchReader} in each. */
final class Batches {

    /** One sequence as a rank read it. */
    record Read(int partition, int batch, long step, boolean validation, int slot, double weight, String tokens)
            implements Serializable {

        String place() {
            return (validation ? "validation " : "training ") + step + "/" + slot;
        }
    }

    private Batches() {}

    static TrainingSchedule schedule(int worldSize, int globalBatchSize, int microBatchSize, long steps) {
        return new TrainingSchedule(
                worldSize, globalBatchSize, microBatchSize, steps, LearningRate.constant(0.1), Math.max(1, steps / 2));
    }

    static List<Read> read(TokenData data, TrainingSchedule schedule) {
        return read(data, schedule, 0);
    }

    static List<Read> read(TokenData data, TrainingSchedule schedule, long firstStep) {
        TokenCounts counts = data.counts();
        return data.shuffle(schedule, firstStep)
                .mapPartitionsWithIndex(
                        (partition, pieces) -> read(schedule, counts, partition, pieces, firstStep)
                                .iterator(),
                        true)
                .collect();
    }

    /** Tokens by step and slot, without the padding. */
    static Map<String, String> byPlace(List<Read> reads) {
        Map<String, String> places = new HashMap<>();
        for (Read read : reads) {
            if (read.weight() > 0 && places.put(read.place(), read.tokens()) != null) {
                throw new AssertionError(read.place() + " was read twice");
            }
        }
        return places;
    }

    static List<Read> read(
            TrainingSchedule schedule,
            TokenCounts counts,
            int partition,
            Iterator<Tuple2<SequenceKey, int[]>> pieces,
            long firstStep) {
        BatchReader reader = new BatchReader(schedule, counts, partition, pieces, firstStep);
        reader.checkFirst();
        List<Read> reads = new ArrayList<>();
        int batches = 0;
        for (long step = firstStep; step < schedule.steps(); step++) {
            for (int i = 0; i < schedule.microSteps(); i++) {
                add(reads, partition, batches++, false, reader.nextTraining());
            }
            while (reader.evaluationDue()) {
                add(reads, partition, batches++, true, reader.nextEvaluation());
            }
        }
        return reads;
    }

    private static void add(List<Read> reads, int partition, int number, boolean validation, TokenBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            String tokens =
                    Arrays.toString(Arrays.copyOfRange(batch.tokens(), i * batch.length(), (i + 1) * batch.length()));
            reads.add(new Read(
                    partition, number, batch.step(), validation, batch.slots()[i], batch.weights()[i], tokens));
        }
    }
}
