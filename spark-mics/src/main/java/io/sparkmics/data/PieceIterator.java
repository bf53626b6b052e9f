package io.sparkmics.data;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;
import org.apache.spark.sql.Row;
import scala.Tuple2;

/** The pieces of one partition of documents under every key they are due at. Holds one document's pieces at a time. */
final class PieceIterator implements Iterator<Tuple2<SequenceKey, int[]>> {

    private final int partition;
    private final PartitionPlan plan;
    private final Iterator<Row> rows;
    private final DocumentReader reader;
    private final Packer training;
    private final Packer validation;
    private final Queue<Tuple2<SequenceKey, int[]>> ready = new ArrayDeque<>();
    private boolean finished;

    PieceIterator(
            int partition, PartitionPlan plan, SequenceOrder order, DocumentReader.Tokens tokens, Iterator<Row> rows) {
        this.partition = partition;
        this.plan = plan;
        this.rows = rows;
        this.reader = new DocumentReader(tokens);
        SequenceForm form = order.counts().form();
        this.training = new Packer(
                form,
                plan.trainingPosition(),
                (sequence, offset, piece) ->
                        order.training(sequence, offset).forEach(key -> ready.add(new Tuple2<>(key, piece))));
        this.validation = new Packer(
                form,
                plan.validationPosition(),
                (sequence, offset, piece) ->
                        order.validation(sequence, offset).forEach(key -> ready.add(new Tuple2<>(key, piece))));
    }

    @Override
    public boolean hasNext() {
        while (ready.isEmpty() && !finished) {
            if (rows.hasNext()) {
                reader.read(rows.next(), training, validation);
            } else {
                finish();
            }
        }
        return !ready.isEmpty();
    }

    @Override
    public Tuple2<SequenceKey, int[]> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return ready.remove();
    }

    private void finish() {
        finished = true;
        if (!reader.counts().sameAs(plan.expected())) {
            throw new DataChangedException(
                    "the rows of partition " + partition, "counting them found others than reading them now");
        }
        training.finish();
        validation.finish();
    }
}
