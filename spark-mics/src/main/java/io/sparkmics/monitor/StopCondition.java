package io.sparkmics.monitor;

/** Whether a run has trained enough, asked on the driver while it trains. */
@FunctionalInterface
public interface StopCondition {

    /** Trains to the last step of the schedule. */
    StopCondition NEVER = step -> false;

    /**
     * Asked after each step, on one thread at a time; after a failure again of steps that are trained again. The ranks hear of
     * it a second or two later, all end after the same step, and the run keeps its result.
     *
     * @param step that is done
     * @return true to end the run; it is not asked again then
     */
    boolean stop(StepMetrics step);
}
