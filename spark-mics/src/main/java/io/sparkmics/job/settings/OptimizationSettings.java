package io.sparkmics.job.settings;

import io.sparkmics.engine.optimizer.OptimizerSettings;
import java.io.Serializable;
import java.util.List;

/**
 * How a gradient becomes an update.
 *
 * @param optimizer one of {@link #OPTIMIZERS}
 * @param learningRate its peak
 * @param minimumLearningRateRatio what the cosine ends at, as a part of the peak
 * @param gradientClipping the largest global norm of the gradient; 0: not clipped
 */
public record OptimizationSettings(
        String optimizer,
        double learningRate,
        long warmUpSteps,
        double minimumLearningRateRatio,
        double weightDecay,
        double beta1,
        double beta2,
        double epsilon,
        double gradientClipping)
        implements Serializable {

    public static final List<String> OPTIMIZERS = List.of("adamw", "sgd");

    OptimizerSettings optimizerSettings() {
        return optimizer.equals("sgd")
                ? new OptimizerSettings.Sgd()
                : new OptimizerSettings.AdamW(beta1, beta2, epsilon, weightDecay);
    }

    void check(Problems problems) {
        problems.positive("learningRate", learningRate);
        problems.positive("epsilon", epsilon);
        problems.atLeastZero("weightDecay", weightDecay);
        problems.atLeastZero("gradientClipping", gradientClipping);
        problems.atLeastZero("warmUpSteps", warmUpSteps);
        problems.between("beta1", beta1, false);
        problems.between("beta2", beta2, false);
        problems.between("minimumLearningRateRatio", minimumLearningRateRatio, true);
        problems.choice("optimizer", optimizer, OPTIMIZERS);
    }
}
