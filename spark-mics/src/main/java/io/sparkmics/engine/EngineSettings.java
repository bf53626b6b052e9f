package io.sparkmics.engine;

import java.io.Serializable;

/**
 * What a step needs to know besides the model.
 *
 * @param optimizer which, and its constants
 * @param gradientClipping the largest global norm that passes; 0: every norm does
 * @param seed of initialization and dropout
 * @param precision of the model states
 */
public record EngineSettings(OptimizerSettings optimizer, double gradientClipping, long seed, Precision precision)
        implements Serializable {}
