package io.sparkmics.data;

import io.sparkmics.plan.TrainingSchedule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import scala.Tuple2;

/**
 * Makes the batches of one partition of {@link TokenData#shuffle}, in the order of the schedule, and checks that none of
 * their tokens is missing or there twice. Holds one batch at a time. For one thread.
 */
public final class BatchReader {

    private final TrainingSchedule schedule;
    private final TokenCounts counts;
    private final int partition;
    private final long firstStep;
    private final Iterator<Tuple2<SequenceKey, int[]>> pieces;

    private long step;
    private long microStep;
    private long evaluated;
    private boolean evaluationDue;
    private TokenBatch first;

    /**
     * @param partition of the barrier stage, which need not be the rank
     * @param pieces of that partition, shuffled from the same first step on
     * @param firstStep how many steps are done already, 0 to all of them
     * @throws IllegalArgumentException when the schedule ends before the first step
     */
    public BatchReader(
            TrainingSchedule schedule,
            TokenCounts counts,
            int partition,
            Iterator<Tuple2<SequenceKey, int[]>> pieces,
            long firstStep) {
        this.schedule = schedule;
        this.counts = counts;
        this.partition = partition;
        this.pieces = pieces;
        this.firstStep = schedule.requireFirstStep(firstStep);
        this.step = firstStep;
    }

    /**
     * Reads the first batch ahead: data that is not there shows before anyone waits in a collective.
     *
     * @throws DataChangedException when it is not complete, or there is one where all steps are done
     */
    public void checkFirst() {
        if (firstStep == schedule.steps()) {
            checkEnd();
        } else if (first == null && step == firstStep && microStep == 0) {
            first = read(false);
        }
    }

    /**
     * The next micro-batch.
     *
     * @throws DataChangedException when it is not complete
     * @throws IllegalStateException when an evaluation is due first
     * @throws NoSuchElementException behind the last step
     */
    public TokenBatch nextTraining() {
        if (evaluationDue) {
            throw new IllegalStateException(
                    "Cannot read batches of step " + step + ": the evaluation before it has not been read to its end.");
        }
        if (step == schedule.steps()) {
            throw new NoSuchElementException("Cannot read batches of step " + step + ": the schedule ends before it.");
        }
        TokenBatch batch = first == null ? read(false) : first;
        first = null;
        if (++microStep == schedule.microSteps()) {
            microStep = 0;
            evaluationDue = counts.validationSequences() > 0 && schedule.evaluatesAfter(step);
            step++;
        }
        checkEnd();
        return batch;
    }

    /** Whether a batch of the evaluation after the step that was read last is still to be read. */
    public boolean evaluationDue() {
        return evaluationDue;
    }

    /**
     * The next batch of the evaluation that is due; every rank has equally many. Sequences behind the last one are padding
     * of tokens 0 and weight 0.
     *
     * @throws DataChangedException when it is not complete
     * @throws NoSuchElementException when none is due
     */
    public TokenBatch nextEvaluation() {
        if (!evaluationDue) {
            throw new NoSuchElementException("Cannot read an evaluation: none is due before step " + step + ".");
        }
        TokenBatch batch = read(true);
        if (++evaluated == evaluationBatches()) {
            evaluated = 0;
            evaluationDue = false;
        }
        checkEnd();
        return batch;
    }

    /**
     * Reads past the next step, of which nothing may be read yet, and the evaluation after it. A run that goes on needs the
     * batch of its last update to tell the final loss, although it may train on nothing more: it gives that update's step as
     * the first step, here and to {@link TokenData#shuffle}, and reads past the steps that are done.
     *
     * @return the micro-batches of the step
     * @throws DataChangedException when one of them or of the evaluation is not complete
     */
    public List<TokenBatch> readPast() {
        List<TokenBatch> batches = new ArrayList<>();
        for (int i = 0; i < schedule.microSteps(); i++) {
            batches.add(nextTraining());
        }
        while (evaluationDue()) {
            nextEvaluation();
        }
        return batches;
    }

    private long evaluationBatches() {
        long together = (long) schedule.worldSize() * schedule.microBatchSize();
        return (counts.validationSequences() + together - 1) / together;
    }

    private TokenBatch read(boolean validation) {
        long due = validation ? step - 1 : step;
        long before = (validation ? evaluated : microStep) * schedule.microBatchSize();
        int length = counts.form().length();
        int[] slots = new int[schedule.microBatchSize()];
        int[] tokens = new int[slots.length * length];
        double[] weights = new double[slots.length];
        for (int i = 0; i < slots.length; i++) {
            long slot = partition + (before + i) * schedule.worldSize();
            int present = validation ? counts.validation().length(slot) : length;
            if (present > 0) {
                slots[i] = (int) slot;
                read(new SequenceKey(due, validation, (int) slot, 0), tokens, i * length, present);
                Arrays.fill(tokens, i * length + present, (i + 1) * length, TokenBatch.PADDING);
                weights[i] = weight(tokens, i * length, present);
            } else {
                slots[i] = -1;
            }
        }
        return new TokenBatch(due, slots, tokens, weights);
    }

    private double weight(int[] tokens, int start, int present) {
        SequenceForm form = counts.form();
        if (form.stream()) {
            return (double) (present - 1) / form.context();
        }
        return form.weighted() ? Float.intBitsToFloat(tokens[start + form.words() - 1]) / counts.meanWeight() : 1;
    }

    /** Puts one sequence together from its pieces. */
    private void read(SequenceKey sequence, int[] tokens, int start, int length) {
        int size = 0;
        while (size < length) {
            SequenceKey expected = new SequenceKey(sequence.step(), sequence.validation(), sequence.slot(), size);
            if (!pieces.hasNext()) {
                throw new DataChangedException(expected.toString(), "the data ends before it");
            }
            Tuple2<SequenceKey, int[]> piece = pieces.next();
            if (!piece._1().equals(expected) || piece._2().length > length - size) {
                throw new DataChangedException(
                        expected.toString(), "found " + piece._2().length + " values for " + piece._1());
            }
            System.arraycopy(piece._2(), 0, tokens, start + size, piece._2().length);
            size += piece._2().length;
        }
    }

    private void checkEnd() {
        if (step == schedule.steps() && !evaluationDue && pieces.hasNext()) {
            throw new DataChangedException(
                    "the end of the batches", "found more, for " + pieces.next()._1());
        }
    }
}
