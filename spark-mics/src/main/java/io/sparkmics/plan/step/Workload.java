package io.sparkmics.plan.step;

/** What is trained: the work of a micro-batch of any size. */
@FunctionalInterface
public interface Workload {

    /** @param microBatchSize sequences of a micro-step, positive */
    Work work(int microBatchSize);
}
