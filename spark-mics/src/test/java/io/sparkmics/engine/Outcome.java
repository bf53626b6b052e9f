package io.sparkmics.engine;

import java.util.List;
import java.util.Map;

/** What a training made: the loss and gradient norm of each step, and every parameter. */
record Outcome(List<Double> losses, List<Double> norms, Map<String, double[]> parameters) {}
