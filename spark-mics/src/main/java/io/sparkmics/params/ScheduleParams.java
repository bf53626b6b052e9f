package io.sparkmics.params;

import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/**
 * How much is trained on, in which portions, by how many.
 *
 * @param <T> the stage itself
 */
public interface ScheduleParams<T> extends Params {
    default IntParam numWorkers() {
        return new IntParam(
                uid(),
                "numWorkers",
                "the world size W: the number of ranks, one barrier task each",
                Allowed.atLeast("numWorkers", 1));
    }

    default int getNumWorkers() {
        return (int) getOrDefault(numWorkers());
    }

    default T setNumWorkers(int value) {
        return Fluent.set(this, numWorkers(), value);
    }

    default IntParam partitionGroupSize() {
        return new IntParam(
                uid(),
                "partitionGroupSize",
                "p, the number of ranks that together hold the model states; it divides numWorkers. "
                        + "1 is data parallel, numWorkers is ZeRO-3, 0 is the one that fits with the shortest predicted step",
                Allowed.atLeast("partitionGroupSize", 0));
    }

    default int getPartitionGroupSize() {
        return (int) getOrDefault(partitionGroupSize());
    }

    default T setPartitionGroupSize(int value) {
        return Fluent.set(this, partitionGroupSize(), value);
    }

    default IntParam globalBatchSize() {
        return new IntParam(
                uid(),
                "globalBatchSize",
                "sequences per step, over all ranks; a multiple of microBatchSize * numWorkers",
                Allowed.atLeast("globalBatchSize", 1));
    }

    default int getGlobalBatchSize() {
        return (int) getOrDefault(globalBatchSize());
    }

    default T setGlobalBatchSize(int value) {
        return Fluent.set(this, globalBatchSize(), value);
    }

    default IntParam microBatchSize() {
        return new IntParam(
                uid(),
                "microBatchSize",
                "sequences per rank and micro-step: larger is faster and takes more memory; the result is the same",
                Allowed.atLeast("microBatchSize", 1));
    }

    default int getMicroBatchSize() {
        return (int) getOrDefault(microBatchSize());
    }

    default T setMicroBatchSize(int value) {
        return Fluent.set(this, microBatchSize(), value);
    }

    default LongParam maxSteps() {
        return new LongParam(
                uid(), "maxSteps", "the step to stop after; 0: where the epochs end", Allowed.atLeast("maxSteps", 0));
    }

    default long getMaxSteps() {
        return (long) getOrDefault(maxSteps());
    }

    default T setMaxSteps(long value) {
        return Fluent.set(this, maxSteps(), value);
    }

    default DoubleParam maxEpochs() {
        return new DoubleParam(
                uid(),
                "maxEpochs",
                "passes over the data to stop after, fractions too; 0: where the steps end. "
                        + "When this and maxSteps are 0, one epoch",
                Allowed.atLeast("maxEpochs", 0));
    }

    default double getMaxEpochs() {
        return (double) getOrDefault(maxEpochs());
    }

    default T setMaxEpochs(double value) {
        return Fluent.set(this, maxEpochs(), value);
    }

    default Param<String> validationIndicatorCol() {
        return new Param<>(
                uid(),
                "validationIndicatorCol",
                "a boolean column, true for the rows to evaluate on instead of training; empty: train on all rows",
                String.class);
    }

    default String getValidationIndicatorCol() {
        return getOrDefault(validationIndicatorCol());
    }

    default T setValidationIndicatorCol(String value) {
        return Fluent.set(this, validationIndicatorCol(), value);
    }

    default LongParam evaluateEvery() {
        return new LongParam(
                uid(),
                "evaluateEvery",
                "steps between two evaluations; 0: evaluate at the end only",
                Allowed.atLeast("evaluateEvery", 0));
    }

    default long getEvaluateEvery() {
        return (long) getOrDefault(evaluateEvery());
    }

    default T setEvaluateEvery(long value) {
        return Fluent.set(this, evaluateEvery(), value);
    }

    default LongParam seed() {
        return new LongParam(uid(), "seed", "decides the order of the data, the first weights and dropout");
    }

    default long getSeed() {
        return (long) getOrDefault(seed());
    }

    default T setSeed(long value) {
        return Fluent.set(this, seed(), value);
    }
}
