package io.sparkmics.job.cluster;

/**
 * A task that has not ended.
 *
 * @param executor what Spark calls the process
 * @param barrier whether it is one of a barrier stage: a rank
 */
public record RunningTask(String executor, String host, int stage, int partition, boolean barrier) {

    /** As in {@code task 2 of stage 7 on host node-1, executor 3}. */
    @Override
    public String toString() {
        return "task " + partition + " of stage " + stage + " on host " + host + ", executor " + executor;
    }
}
