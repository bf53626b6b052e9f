package io.sparkmics.job.cluster;

import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.resource.ResourceProfile;

/**
 * What the ranks of a run compute on.
 *
 * @param wanted what deviceType says: {@code auto}, {@code cpu} or {@code cuda}
 * @param gpus how each rank gets its GPU and why so, {@link GpuTasks.Way#NONE} for a run on CPUs
 */
public record DeviceChoice(String wanted, GpuTasks gpus) {

    /**
     * What can be chosen before any executor has been asked: GPUs stay possible where Spark's settings give them to tasks and
     * the driver's own libraries, which executors get too, are those for GPUs.
     *
     * @param librariesForGpus whether the jar has them
     */
    static DeviceChoice of(String wanted, SparkConf conf, boolean librariesForGpus) {
        if (wanted.equals("cpu")) {
            return cpu(wanted, "so it was set");
        }
        GpuTasks gpus = GpuTasks.of(conf);
        if (wanted.equals("auto") && gpus.way() != GpuTasks.Way.NONE && !librariesForGpus) {
            return cpu(wanted, "this jar has the libraries for CPUs only; for GPUs there is the -all-gpu jar");
        }
        return new DeviceChoice(wanted, gpus);
    }

    /**
     * The same, now that the hosts have said whether they can run ranks on GPUs.
     *
     * @param problems of the hosts, one sentence or more each
     * @throws IllegalStateException with all of them, where GPUs were asked for by name
     */
    DeviceChoice with(List<String> problems) {
        if (!cuda() || problems.isEmpty()) {
            return this;
        }
        if (wanted.equals("cuda")) {
            throw new IllegalStateException(String.join("\n", problems));
        }
        String others = problems.size() == 1
                ? ""
                : " (the first of " + problems.size() + " problems; deviceType cuda tells them all)";
        return cpu(wanted, problems.get(0) + others);
    }

    private static DeviceChoice cpu(String wanted, String reason) {
        return new DeviceChoice(wanted, new GpuTasks(GpuTasks.Way.NONE, reason, ""));
    }

    public boolean cuda() {
        return gpus.way() != GpuTasks.Way.NONE;
    }

    /** What Spark must give to each rank. */
    public ResourceProfile profile(SparkContext spark) {
        return gpus.profile(spark);
    }

    /** As in {@code deviceType auto chose cpu: no executor has GPUs: spark.executor.resource.gpu.amount is not set}. */
    @Override
    public String toString() {
        return "deviceType " + wanted + (wanted.equals("auto") ? " chose " + (cuda() ? "cuda" : "cpu") : "") + ": "
                + gpus.reason();
    }
}
