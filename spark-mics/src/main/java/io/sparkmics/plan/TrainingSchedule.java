package io.sparkmics.plan;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.LongStream;

/**
 * What every rank carries out: made on the driver, the same for all. Steps count from 0.
 *
 * @param worldSize the number of ranks, W
 * @param globalBatchSize the sequences of one step over all ranks, B; a multiple of b * W
 * @param microBatchSize the sequences of one rank in one micro-step, b
 * @param steps how many steps to train
 * @param learningRate its shape over the steps
 * @param evaluateEvery 0: never; otherwise after every so many steps, and after the last one
 */
public record TrainingSchedule(
        int worldSize,
        int globalBatchSize,
        int microBatchSize,
        long steps,
        LearningRate learningRate,
        long evaluateEvery)
        implements Serializable {

    public TrainingSchedule {
        List<String> problems = BatchSizes.problems(worldSize, globalBatchSize, microBatchSize);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join(" ", problems));
        }
        if (steps < 1) {
            throw new IllegalArgumentException("Cannot train for " + steps + " steps: it must be 1 or more.");
        }
        if (steps > Long.MAX_VALUE / globalBatchSize) {
            throw new IllegalArgumentException("Cannot train for " + steps + " steps of " + globalBatchSize
                    + " sequences: that is more sequences than can be counted.");
        }
        Objects.requireNonNull(learningRate, "learningRate is null");
        if (evaluateEvery < 0) {
            throw new IllegalArgumentException(
                    "Cannot evaluate every " + evaluateEvery + " steps: it must be positive, or 0 for never.");
        }
    }

    /**
     * What is wrong with these sizes, as sentences for the user, with the nearest sizes that would do; empty when they are
     * right.
     */
    public static List<String> problems(int worldSize, int globalBatchSize, int microBatchSize) {
        return BatchSizes.problems(worldSize, globalBatchSize, microBatchSize);
    }

    /**
     * How many steps to train: as many whole global batches as the epochs have, and no more than the most.
     *
     * @param maxSteps the most steps
     * @param epochs how often each sequence is seen; need not be whole
     * @param sequences the training sequences of one epoch
     * @throws IllegalArgumentException when neither limit is given or not even one step is left
     */
    public static long steps(OptionalLong maxSteps, OptionalDouble epochs, long sequences, int globalBatchSize) {
        if (maxSteps.isEmpty() && epochs.isEmpty()) {
            throw new IllegalArgumentException(
                    "Cannot tell when to stop: neither maximum steps nor epochs are set. Set one of them, or both.");
        }
        long most = maxSteps.orElse(Long.MAX_VALUE);
        if (epochs.isEmpty()) {
            return most;
        }
        long whole = sequencesIn(epochs.getAsDouble(), sequences) / globalBatchSize;
        if (whole < 1) {
            throw new IllegalArgumentException("Cannot train for " + epochs.getAsDouble() + " epochs: " + sequences
                    + " sequences give no whole global batch of " + globalBatchSize
                    + ". Set more epochs or a smaller global batch size.");
        }
        return Math.min(most, whole);
    }

    private static long sequencesIn(double epochs, long sequences) {
        if (!(epochs > 0 && epochs < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("Cannot train for " + epochs + " epochs: it must be positive.");
        }
        return BigDecimal.valueOf(epochs)
                .multiply(BigDecimal.valueOf(sequences))
                .toBigInteger()
                .min(BigInteger.valueOf(Long.MAX_VALUE))
                .longValue();
    }

    /**
     * The same steps on another number of ranks.
     *
     * @throws IllegalArgumentException where the global batch cannot be split among them
     */
    public TrainingSchedule on(int ranks) {
        return new TrainingSchedule(ranks, globalBatchSize, microBatchSize, steps, learningRate, evaluateEvery);
    }

    /** Micro-steps per step: B / (b * W). */
    public int microSteps() {
        return sequencesPerRank() / microBatchSize;
    }

    /** The sequences of one rank in one step: B / W. */
    public int sequencesPerRank() {
        return globalBatchSize / worldSize;
    }

    /** The sequences of all steps together. */
    public long sequences() {
        return steps * globalBatchSize;
    }

    /**
     * The sequences at the end of the epochs that fill no whole global batch and are left out; 0 where the steps end before
     * the epochs do.
     *
     * @param sequences the training sequences of one epoch
     */
    public long leftOverSequences(OptionalDouble epochs, long sequences) {
        if (epochs.isEmpty()) {
            return 0;
        }
        long left = sequencesIn(epochs.getAsDouble(), sequences) - sequences();
        return left < globalBatchSize ? left : 0;
    }

    /** The learning rate of a step. */
    public double learningRate(long step) {
        return learningRate.at(Objects.checkIndex(step, steps), steps);
    }

    /** What is odd about it and yet can be carried out, as a sentence for the user. */
    public Optional<String> warning() {
        return learningRate.warning(steps);
    }

    /** Whether the model is evaluated when this step is done. */
    public boolean evaluatesAfter(long step) {
        return evaluateEvery > 0 && ((step + 1) % evaluateEvery == 0 || step + 1 == steps);
    }

    /**
     * The steps after which the model is evaluated, ascending.
     *
     * @param firstStep steps before it are left out
     */
    public LongStream evaluations(long firstStep) {
        if (evaluateEvery == 0) {
            return LongStream.empty();
        }
        LongStream every = LongStream.rangeClosed(firstStep / evaluateEvery + 1, steps / evaluateEvery)
                .map(n -> n * evaluateEvery - 1);
        boolean another = steps % evaluateEvery != 0 && firstStep < steps;
        return another ? LongStream.concat(every, LongStream.of(steps - 1)) : every;
    }

    /**
     * Returns a step to begin at: how many are done already, 0 to all of them.
     *
     * @throws IllegalArgumentException when there is no such step
     */
    public long requireFirstStep(long firstStep) {
        if (firstStep < 0 || firstStep > steps) {
            throw new IllegalArgumentException("Cannot go on after " + firstStep + " steps: the schedule has " + steps
                    + ". Give a number from 0 to that.");
        }
        return firstStep;
    }
}
