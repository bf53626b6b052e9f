package io.sparkmics.engine;

import io.sparkmics.plan.ElementBytes;
import java.io.Serializable;

/**
 * What a step needs to know besides the model.
 *
 * @param optimizer which, and its constants
 * @param gradientClipping the largest global norm that passes; 0: every norm does
 * @param seed of initialization and dropout
 * @param precision of the model states and of what is computed with them
 * @param reductionPrecision what hop 1 sums in, where precision is {@link Precision#BFLOAT16}
 */
public record EngineSettings(
        OptimizerSettings optimizer,
        double gradientClipping,
        long seed,
        Precision precision,
        ReductionPrecision reductionPrecision)
        implements Serializable {

    /** Sums in single precision where there is a choice. */
    public EngineSettings(OptimizerSettings optimizer, double gradientClipping, long seed, Precision precision) {
        this(optimizer, gradientClipping, seed, precision, ReductionPrecision.FLOAT32);
    }

    /** What an element of each kind takes. */
    public ElementBytes elementBytes() {
        return types().bytes();
    }

    ElementTypes types() {
        return ElementTypes.of(precision, reductionPrecision);
    }
}
