package io.sparkmics.monitor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The steps of a run that count: each once, in order, although some are trained again. */
final class StepHistory {

    private final List<StepMetrics> steps = new ArrayList<>();

    /** @param next behind the last one */
    void add(StepMetrics next) {
        steps.add(next);
    }

    void replace(List<StepMetrics> others) {
        List<StepMetrics> kept = List.copyOf(others);
        steps.clear();
        steps.addAll(kept);
    }

    List<StepMetrics> steps() {
        return Collections.unmodifiableList(steps);
    }

    /** Whether the run has gone back to this step. */
    boolean repeats(StepMetrics next) {
        return next.step() <= lastStep();
    }

    List<StepMetrics> before(StepMetrics next) {
        return steps.stream().filter(step -> step.step() < next.step()).toList();
    }

    /** Counted from 1; 0 where there is none. */
    long lastStep() {
        return steps.isEmpty() ? 0 : last().step();
    }

    StepMetrics last() {
        return steps.get(steps.size() - 1);
    }

    long skipped() {
        return steps.stream().filter(StepMetrics::skipped).count();
    }

    /** Of the last evaluation; null where there was none. */
    Double validationLoss() {
        for (int i = steps.size() - 1; i >= 0; i--) {
            if (steps.get(i).validationLoss() != null) {
                return steps.get(i).validationLoss();
            }
        }
        return null;
    }
}
