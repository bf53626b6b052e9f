package io.sparkmics.job.cluster;

import io.sparkmics.bootstrap.machine.GpuMachine;
import io.sparkmics.job.settings.TrainingSettings;
import io.sparkmics.plan.MemoryModel;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Where the ranks will run: the cluster is waited for and asked.
 *
 * @param device what they compute on
 * @param partitionGroupSize p, chosen: as the user did, or by {@link GroupSizeChoice}
 * @param memory what the plan knows of a rank's part, on that device
 * @param activationBytes what one of its micro-batches takes besides
 * @param memoryPerRank what a rank has for both, in bytes
 */
public record RankPlaces(
        DeviceChoice device, int partitionGroupSize, MemoryModel memory, long activationBytes, long memoryPerRank) {

    /** Whether a rank would have the memory with another partition group size, or needs no more than with this one. */
    public boolean fits(int otherSize) {
        long left = Math.max(memoryPerRank - activationBytes, memory.bytesPerRank(partitionGroupSize));
        return memory.bytesPerRank(otherSize) <= left;
    }

    /** What the ranks could compute on, as far as Spark's settings tell. Returns when there are slots for all of them. */
    public static DeviceChoice await(JavaSparkContext spark, TrainingSettings settings) {
        DeviceChoice possible =
                DeviceChoice.of(settings.compute().deviceType(), spark.getConf(), GpuMachine.hasLibraries());
        await(spark, settings, possible);
        return possible;
    }

    private static void await(JavaSparkContext spark, TrainingSettings settings, DeviceChoice device) {
        Slots.await(
                spark.sc(),
                device.profile(spark.sc()),
                settings.world().numWorkers(),
                settings.recovery().slotTimeout(),
                System.err::println);
    }

    /**
     * Asks the executors what they are, and decides.
     *
     * @param run the folder that they must be able to write to
     * @param checkpoints the directory of checkpoints, where some are written
     * @throws IllegalStateException where one cannot run what it must, naming its host
     */
    public static RankPlaces choose(
            JavaSparkContext spark,
            TrainingSettings given,
            DeviceChoice possible,
            Path run,
            Optional<Path> checkpoints,
            Configuration hadoop) {
        ExecutorSurvey survey;
        try (JobDescription description = JobDescription.of(spark.sc(), "Asking the executors what they are")) {
            survey = ExecutorSurvey.of(spark, possible, given.world().numWorkers(), run, checkpoints, hadoop);
        }
        DeviceChoice device = survey.choose(possible, threads(possible, given));
        System.err.println(device);
        given.choices(device.cuda()).ifPresent(System.err::println);
        TrainingSettings settings = given.on(device.cuda());
        if (device.cuda()) {
            survey.gpuVersions().forEach(System.err::println);
        }
        if (!device.equals(possible)) {
            // What the tasks of a run on CPUs ask for is something else.
            await(spark, settings, device);
        }
        boolean shared = settings.workDirectory().shared();
        WorkDirectory.requireShared(run, shared, survey.severalHosts());
        checkpoints.ifPresent(path -> CheckpointStorage.requireShared(path, shared, survey.severalHosts()));
        MemoryModel memory = memoryModel(settings, device);
        long memoryPerRank = device.cuda()
                ? survey.gpuMemoryPerRank()
                : survey.memoryPerRank(settings.world().numWorkers());
        int asked = settings.world().partitionGroupSize();
        int partitionGroupSize = asked > 0
                ? asked
                : new GroupSizeChoice(settings, memory, memoryPerRank, survey.hosts(), device.cuda())
                        .choose(System.err::println);
        limits(spark.sc(), settings, device, survey)
                .compare(settings, memory, partitionGroupSize, device.cuda())
                .ifPresent(System.err::println);
        return new RankPlaces(
                device, partitionGroupSize, memory, settings.activationBytes(memory, device.cuda()), memoryPerRank);
    }

    /** Copies for checkpoints lie on the host: they take nothing of a GPU. */
    private static MemoryModel memoryModel(TrainingSettings settings, DeviceChoice device) {
        MemoryModel memory = settings.memoryModel();
        return settings.savesWhileTraining() && !device.cuda() ? memory.withStateCopy() : memory;
    }

    private static ExecutorLimits limits(
            SparkContext spark, TrainingSettings settings, DeviceChoice device, ExecutorSurvey survey) {
        // The driver counts as one of them.
        int executors = spark.isLocal() ? 0 : spark.statusTracker().getExecutorInfos().length - 1;
        return ExecutorLimits.of(
                spark.conf(),
                settings,
                survey.machineMemory(),
                survey.hosts(),
                executors,
                spark.maxNumConcurrentTasks(device.profile(spark)));
    }

    private static OptionalInt threads(DeviceChoice device, TrainingSettings settings) {
        int workers = settings.world().numWorkers();
        return device.gpus().way() == GpuTasks.Way.LOCAL ? OptionalInt.of(workers) : OptionalInt.empty();
    }
}
