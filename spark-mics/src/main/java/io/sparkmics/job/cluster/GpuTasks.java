package io.sparkmics.job.cluster;

import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.resource.ResourceProfileBuilder;
import org.apache.spark.resource.TaskResourceRequests;

/**
 * How each task of a stage gets a GPU of its own, as far as Spark's settings tell.
 *
 * @param way how
 * @param reason why so, or why not
 * @param remedy what to do about a problem; empty where there is none
 */
public record GpuTasks(Way way, String reason, String remedy) {

    public static final String EXECUTOR_AMOUNT = "spark.executor.resource.gpu.amount";
    public static final String TASK_AMOUNT = "spark.task.resource.gpu.amount";

    public enum Way {
        /** They do not. */
        NONE,
        /** Tasks are threads of the driver and share all that is there: the task's number says which is its own. */
        LOCAL,
        /** Every task of this application gets one. */
        EVERY_TASK,
        /** Only the tasks of the stages that ask for it do: stage-level scheduling. */
        STAGE_LEVEL
    }

    public static GpuTasks of(SparkConf conf) {
        String master = conf.get("spark.master", "");
        if (threads(master)) {
            return found(Way.LOCAL, "ranks are threads of master " + master + ", and rank i uses GPU i");
        }
        if (conf.getDouble(EXECUTOR_AMOUNT, 0) == 0) {
            return problem(
                    "no executor has GPUs: " + EXECUTOR_AMOUNT + " is not set",
                    "Set it to the number of GPUs of an executor, and the script that finds them:"
                            + " spark.executor.resource.gpu.discoveryScript on YARN and Kubernetes, or, for the workers"
                            + " of a standalone cluster, spark.worker.resource.gpu.amount and"
                            + " spark.worker.resource.gpu.discoveryScript");
        }
        String amount = conf.get(TASK_AMOUNT, "");
        if (!amount.isEmpty() && conf.getDouble(TASK_AMOUNT, 0) == 1) {
            return found(Way.EVERY_TASK, TASK_AMOUNT + " is 1");
        }
        String given = TASK_AMOUNT + (amount.isEmpty() ? " is not set" : " is " + amount);
        if (!stageLevelScheduling(master)) {
            return problem(
                    given + ", and a rank needs 1; master " + master + " knows no stage-level scheduling, which could"
                            + " ask for it",
                    "Set it to 1");
        }
        return found(Way.STAGE_LEVEL, given + ", so stage-level scheduling asks for 1");
    }

    /**
     * A local master offers no GPUs, so that a task which must have one would be waited for without end.
     *
     * @return what to tell the user; empty where it is not so
     */
    public static Optional<String> neverScheduled(SparkConf conf) {
        String master = conf.get("spark.master", "");
        return threads(master) && conf.getDouble(TASK_AMOUNT, 0) > 0
                ? Optional.of("Cannot run tasks on master " + master + ": it offers no GPUs, and " + TASK_AMOUNT
                        + " is " + conf.get(TASK_AMOUNT) + ". Do not set it: there, rank i uses GPU i all the same.")
                : Optional.empty();
    }

    /** Whether ranks are threads of the driver. */
    public static boolean threads(SparkConf conf) {
        return threads(conf.get("spark.master", ""));
    }

    private static boolean threads(String master) {
        return master.equals("local") || master.startsWith("local[");
    }

    /** As Spark's own check, which throws, and for any other master: without dynamic allocation, which cannot be on here. */
    private static boolean stageLevelScheduling(String master) {
        return master.equals("yarn")
                || master.startsWith("k8s://")
                || master.startsWith("spark://")
                || master.startsWith("local-cluster[");
    }

    private static GpuTasks found(Way way, String reason) {
        return new GpuTasks(way, reason, "");
    }

    private static GpuTasks problem(String reason, String remedy) {
        return new GpuTasks(Way.NONE, reason, remedy);
    }

    /** What is wrong with them for who wants GPUs. */
    public Optional<String> error() {
        return way == Way.NONE
                ? Optional.of("Cannot train on GPUs: " + reason + ". " + remedy + ".")
                : Optional.empty();
    }

    /** What the tasks of such a stage ask for; the default where nothing of its own is needed. */
    ResourceProfile profile(SparkContext spark) {
        ResourceProfile all = spark.resourceProfileManager().defaultResourceProfile();
        if (way != Way.STAGE_LEVEL) {
            return all;
        }
        int cpus = (int) all.taskResourcesJMap().get(ResourceProfile.CPUS()).amount();
        ResourceProfile own = new ResourceProfileBuilder()
                .require(new TaskResourceRequests().cpus(cpus).resource("gpu", 1))
                .build();
        // Spark keeps every profile for ever; a second fit needs no other.
        ResourceProfile known =
                spark.resourceProfileManager().getEquivalentProfile(own).getOrElse(() -> own);
        spark.resourceProfileManager().addResourceProfile(known);
        return known;
    }
}
