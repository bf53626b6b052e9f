package io.sparkmics.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.plan.LearningRate;
import io.sparkmics.plan.TrainingSchedule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import scala.Tuple2;

/** A run that goes on reads what the whole run would have read. */
class FirstStepTest {

    private static final DocumentReader.Tokens TOKENS =
            new DocumentReader.Tokens(TokenBytes.TEXT, ByteTokenizer.END_OF_TEXT, SequenceForm.stream(16), 0);

    /** Documents in their order, cut into partitions, and what counting them has found. */
    private record Data(List<List<Row>> partitions, List<PartitionPlan> plans, TokenCounts counts) {

        static Data of(Random random, int context) {
            List<List<Row>> partitions = new ArrayList<>();
            List<PartitionPlan> plans = new ArrayList<>();
            PartitionPlan plan = new PartitionPlan(new PartitionCounts(), 0, 0);
            for (int i = 0; i < 3; i++) {
                DocumentReader reader = new DocumentReader(TOKENS);
                List<Row> rows = new ArrayList<>();
                for (int j = 0; j < 12; j++) {
                    byte[] document = new byte[1 + random.nextInt(3 * context)];
                    random.nextBytes(document);
                    rows.add(RowFactory.create(document, j % 5 == 4));
                    reader.read(rows.get(j), token -> {}, token -> {});
                }
                partitions.add(rows);
                plan = plan.next(reader.counts());
                plans.add(plan);
            }
            PartitionPlan end = plan.next(new PartitionCounts());
            return new Data(
                    partitions,
                    plans,
                    new TokenCounts(context, 1, end.trainingPosition(), 1, end.validationPosition(), 0, 0));
        }

        /** Every sequence by step and slot, as the ranks read them, with what was shuffled for it. */
        List<String> read(TrainingSchedule schedule, long firstStep) {
            SequenceOrder order = new SequenceOrder(schedule, firstStep, counts, 7);
            List<Tuple2<SequenceKey, int[]>> pieces = new ArrayList<>();
            for (int i = 0; i < plans.size(); i++) {
                new PieceIterator(
                                i,
                                plans.get(i),
                                order,
                                TOKENS,
                                partitions.get(i).iterator())
                        .forEachRemaining(pieces::add);
            }
            pieces.sort(Comparator.comparing(Tuple2::_1));
            SlotPartitioner partitioner = new SlotPartitioner(schedule.worldSize());
            List<Batches.Read> reads = new ArrayList<>();
            for (int i = 0; i < schedule.worldSize(); i++) {
                int rank = i;
                reads.addAll(Batches.read(
                        schedule,
                        counts,
                        rank,
                        pieces.stream()
                                .filter(piece -> partitioner.getPartition(piece._1()) == rank)
                                .iterator(),
                        firstStep));
            }
            return reads.stream()
                    .filter(read -> read.weight() > 0)
                    .sorted(Comparator.comparingLong(Batches.Read::step)
                            .thenComparing(Batches.Read::validation)
                            .thenComparingInt(Batches.Read::slot))
                    .map(read -> read.place() + " " + read.tokens())
                    .toList();
        }
    }

    /** A reader takes no piece that is not due, so these are all that were shuffled. */
    @Property(tries = 60)
    void theBatchesOfEveryFirstStepAreTheTailOfTheWholeRunForEveryWorldAndMicroBatchSize(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 6) int context,
            @ForAll @IntRange(min = 1, max = 9) int steps,
            @ForAll @IntRange(max = 4) int evaluateEvery) {
        Data data = Data.of(new Random(seed), context);
        List<String> whole = data.read(schedule(1, 1, steps, evaluateEvery), 0);
        for (int firstStep = 0; firstStep <= steps; firstStep++) {
            int first = firstStep;
            List<String> tail = whole.stream()
                    .dropWhile(place -> Long.parseLong(place.split("[ /]")[1]) < first)
                    .toList();
            for (int[] sizes : new int[][] {{1, 1}, {1, 4}, {2, 1}, {2, 6}, {3, 2}, {4, 1}, {6, 2}, {12, 1}}) {
                assertThat(data.read(schedule(sizes[0], sizes[1], steps, evaluateEvery), first))
                        .as("from step %d on, world size %d, micro-batches of %d", first, sizes[0], sizes[1])
                        .isEqualTo(tail);
            }
        }
        assertThat(data.read(schedule(2, 2, steps, evaluateEvery), steps)).isEmpty();
    }

    private static TrainingSchedule schedule(int worldSize, int microBatchSize, int steps, int evaluateEvery) {
        return new TrainingSchedule(worldSize, 12, microBatchSize, steps, LearningRate.constant(1), evaluateEvery);
    }
}
