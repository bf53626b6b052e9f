package io.sparkmics.monitor;

import java.util.List;
import java.util.function.Consumer;

/** Hears of the steps of a run while it trains, on one thread at a time. */
@FunctionalInterface
public interface StepListener extends Consumer<StepMetrics> {

    /** A step that is not behind the last one: the run has gone back to it, and what was heard from it on does not count. */
    @Override
    void accept(StepMetrics metrics);

    /**
     * The run goes on behind these steps: all that count, whatever was heard before.
     *
     * @param steps from the first one on, in order; empty: the run begins again
     */
    default void resume(List<StepMetrics> steps) {}
}
