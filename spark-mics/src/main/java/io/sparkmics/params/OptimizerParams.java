package io.sparkmics.params;

import io.sparkmics.job.settings.OptimizationSettings;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/**
 * How a gradient becomes an update.
 *
 * @param <T> the stage itself
 */
public interface OptimizerParams<T> extends Params {
    default Param<String> optimizer() {
        return new Param<>(
                uid(),
                "optimizer",
                "adamw or sgd",
                Allowed.oneOf("optimizer", OptimizationSettings.OPTIMIZERS),
                String.class);
    }

    default String getOptimizer() {
        return getOrDefault(optimizer());
    }

    default T setOptimizer(String value) {
        return Fluent.set(this, optimizer(), value);
    }

    default DoubleParam learningRate() {
        return new DoubleParam(
                uid(), "learningRate", "the peak of the learning rate", Allowed.positive("learningRate"));
    }

    default double getLearningRate() {
        return (double) getOrDefault(learningRate());
    }

    default T setLearningRate(double value) {
        return Fluent.set(this, learningRate(), value);
    }

    default LongParam warmUpSteps() {
        return new LongParam(
                uid(),
                "warmUpSteps",
                "steps in which the learning rate grows from 0 to its peak; after them it falls as a cosine",
                Allowed.atLeast("warmUpSteps", 0));
    }

    default long getWarmUpSteps() {
        return (long) getOrDefault(warmUpSteps());
    }

    default T setWarmUpSteps(long value) {
        return Fluent.set(this, warmUpSteps(), value);
    }

    default DoubleParam minimumLearningRateRatio() {
        return new DoubleParam(
                uid(),
                "minimumLearningRateRatio",
                "where the cosine ends, as a part of the peak",
                Allowed.fromZeroToOne("minimumLearningRateRatio"));
    }

    default double getMinimumLearningRateRatio() {
        return (double) getOrDefault(minimumLearningRateRatio());
    }

    default T setMinimumLearningRateRatio(double value) {
        return Fluent.set(this, minimumLearningRateRatio(), value);
    }

    /** Also of those that no gradient flows to: see {@link io.sparkmics.engine.optimizer.OptimizerSettings.AdamW}. */
    default DoubleParam weightDecay() {
        return new DoubleParam(
                uid(),
                "weightDecay",
                "decoupled weight decay of matrices and embeddings; biases and norms have none",
                Allowed.atLeast("weightDecay", 0));
    }

    default double getWeightDecay() {
        return (double) getOrDefault(weightDecay());
    }

    default T setWeightDecay(double value) {
        return Fluent.set(this, weightDecay(), value);
    }

    default DoubleParam beta1() {
        return new DoubleParam(
                uid(),
                "beta1",
                "how slowly the mean of the gradient forgets (adamw)",
                Allowed.fromZeroBelowOne("beta1"));
    }

    default double getBeta1() {
        return (double) getOrDefault(beta1());
    }

    default T setBeta1(double value) {
        return Fluent.set(this, beta1(), value);
    }

    default DoubleParam beta2() {
        return new DoubleParam(
                uid(), "beta2", "how slowly the mean of its square forgets (adamw)", Allowed.fromZeroBelowOne("beta2"));
    }

    default double getBeta2() {
        return (double) getOrDefault(beta2());
    }

    default T setBeta2(double value) {
        return Fluent.set(this, beta2(), value);
    }

    default DoubleParam epsilon() {
        return new DoubleParam(
                uid(), "epsilon", "added to the root of the square (adamw)", Allowed.positive("epsilon"));
    }

    default double getEpsilon() {
        return (double) getOrDefault(epsilon());
    }

    default T setEpsilon(double value) {
        return Fluent.set(this, epsilon(), value);
    }

    default DoubleParam gradientClipping() {
        return new DoubleParam(
                uid(),
                "gradientClipping",
                "the largest global norm of the gradient, larger ones are scaled down to it; 0: not clipped",
                Allowed.atLeast("gradientClipping", 0));
    }

    default double getGradientClipping() {
        return (double) getOrDefault(gradientClipping());
    }

    default T setGradientClipping(double value) {
        return Fluent.set(this, gradientClipping(), value);
    }
}
