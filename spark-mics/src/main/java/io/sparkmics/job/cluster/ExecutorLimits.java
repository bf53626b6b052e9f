package io.sparkmics.job.cluster;

import io.sparkmics.job.settings.TrainingSettings;
import io.sparkmics.plan.ExecutorMemory;
import io.sparkmics.plan.MemoryModel;
import java.util.Optional;
import org.apache.spark.SparkConf;

/**
 * What the executors may take, and whether the ranks in them fit.
 *
 * @param heapBytes of each executor
 * @param overheadBytes what its container allows beside the heap; negative: it has no container of its own
 * @param machineBytes of memory of the smallest machine
 * @param executorsPerMachine how many share that
 * @param ranksPerExecutor how many of its tasks run at a time
 */
record ExecutorLimits(
        long heapBytes, long overheadBytes, long machineBytes, int executorsPerMachine, int ranksPerExecutor) {

    private static final long MEBIBYTE = 1L << 20;

    /** What Spark takes where nothing is set. */
    private static final String DEFAULT_HEAP = "1g";

    private static final double OVERHEAD_FACTOR = 0.1;
    private static final long LEAST_OVERHEAD = 384 * MEBIBYTE;

    /**
     * @param hosts how many there are
     * @param executors of all hosts together; 0 where ranks are threads of the driver
     * @param slots of all executors together
     */
    static ExecutorLimits of(
            SparkConf conf, TrainingSettings settings, long machineBytes, int hosts, int executors, int slots) {
        int ranks = settings.world().numWorkers();
        if (executors == 0) {
            return new ExecutorLimits(Runtime.getRuntime().maxMemory(), -1, machineBytes, 1, ranks);
        }
        long heap = conf.getSizeAsBytes("spark.executor.memory", DEFAULT_HEAP);
        return new ExecutorLimits(
                heap,
                overhead(conf, heap),
                machineBytes,
                (executors + hosts - 1) / hosts,
                Math.max(1, Math.min(ranks, slots / executors)));
    }

    /** Where a resource manager counts what a process takes; a standalone worker does not. */
    private static long overhead(SparkConf conf, long heap) {
        String master = conf.get("spark.master", "");
        if (!master.startsWith("yarn") && !master.startsWith("k8s")) {
            return -1;
        }
        if (conf.contains("spark.executor.memoryOverhead")) {
            return conf.getSizeAsMb("spark.executor.memoryOverhead") * MEBIBYTE;
        }
        double factor = conf.getDouble(
                "spark.executor.memoryOverheadFactor",
                conf.getDouble("spark.kubernetes.memoryOverheadFactor", OVERHEAD_FACTOR));
        return Math.max(LEAST_OVERHEAD, (long) (factor * heap));
    }

    /**
     * Compares them with what the ranks need.
     *
     * @param cuda whether ranks compute on GPUs: then only copies for checkpoints lie on the host
     * @return what to tell the user where it may be too much; empty where it fits
     * @throws IllegalStateException where it is too much for sure
     */
    Optional<String> compare(TrainingSettings settings, MemoryModel memory, int partitionGroupSize, boolean cuda) {
        long states = cuda
                ? settings.savesWhileTraining() ? memory.stateCopy(partitionGroupSize) : 0
                : memory.bytesPerRank(partitionGroupSize);
        long activations = cuda ? 0 : settings.activationBytes(memory, false);
        ExecutorMemory needed = new ExecutorMemory(heapBytes, ranksPerExecutor, states, activations);
        Optional<String> problem = overheadBytes >= 0
                ? needed.containerProblem(overheadBytes)
                : needed.machineProblem(machineBytes, executorsPerMachine);
        long most = overheadBytes >= 0 ? heapBytes + overheadBytes : machineBytes / executorsPerMachine;
        if (problem.isPresent() && needed.exceedsSurely(most)) {
            throw new IllegalStateException(problem.get());
        }
        return problem;
    }
}
