package io.sparkmics.job.cluster;

import com.sun.management.OperatingSystemMXBean;
import io.sparkmics.bootstrap.groups.Names;
import io.sparkmics.bootstrap.machine.Gpu;
import io.sparkmics.bootstrap.machine.GpuMachine;
import io.sparkmics.bootstrap.machine.NativeLibraries;
import java.lang.management.ManagementFactory;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;

/**
 * A small job that asks the executors what machines they are, and has them load the native libraries, before any row is read.
 * Where GPUs are wanted, it runs where the ranks will: on slots that have one.
 *
 * @param answers one for each slot that answered
 */
record ExecutorSurvey(List<Answer> answers) {

    /**
     * @param host where the slot is
     * @param platform what keeps native code from running there; empty: nothing
     * @param storage what keeps it from writing to the run's folder, or checkpoints; empty: nothing
     * @param memoryBytes physical memory of its machine
     * @param gpus its GPUs, where they were asked for
     */
    record Answer(String host, String platform, String storage, long memoryBytes, Gpus gpus) {

        static Answer here(String run, Optional<String> checkpoints, Configuration hadoop, boolean cuda) {
            OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            return new Answer(
                    SparkEnv.get().blockManager().blockManagerId().host(),
                    NativeLoad.problem(NativeLibraries::load, NativeLoad.TIMEOUT)
                            .orElse(""),
                    WorkDirectory.problemOnExecutor(new Path(run), hadoop)
                            .or(() -> checkpoints.flatMap(
                                    path -> CheckpointStorage.problemOnExecutor(new Path(path), hadoop)))
                            .orElse(""),
                    system.getTotalMemorySize(),
                    cuda ? Gpus.here() : Gpus.NOT_ASKED);
        }
    }

    /**
     * The GPUs of a machine.
     *
     * @param problems why ranks cannot compute on them
     * @param visible how many of them CUDA shows to the process
     * @param memoryBytes of the one that has least; 0 where there is none
     * @param versions of the driver and the libraries that ranks will use
     */
    record Gpus(List<String> problems, int visible, long memoryBytes, String versions) {

        static final Gpus NOT_ASKED = new Gpus(List.of(), 0, 0, "");

        static Gpus here() {
            GpuMachine machine = GpuMachine.here();
            List<String> problems = machine.problems();
            return new Gpus(
                    problems.isEmpty()
                            ? NativeLoad.problem(NativeLibraries::loadCuda, NativeLoad.TIMEOUT).stream()
                                    .toList()
                            : problems,
                    machine.visible().uuids().size(),
                    machine.gpus().stream().mapToLong(Gpu::memoryBytes).min().orElse(0),
                    machine.describe());
        }
    }

    /**
     * @param run the folder that all must be able to write to
     * @param checkpoints the directory that they must be able to write to, too, where there is one
     */
    static ExecutorSurvey of(
            JavaSparkContext spark,
            DeviceChoice device,
            int slots,
            Path run,
            Optional<Path> checkpoints,
            Configuration hadoop) {
        SerializableConfiguration configuration = new SerializableConfiguration(hadoop);
        String folder = run.toString();
        String saved = checkpoints.map(Path::toString).orElse("");
        boolean cuda = device.cuda();
        JavaRDD<String> answers = spark.parallelize(Collections.nCopies(slots, 0), slots)
                .map(slot -> Json.write(Answer.here(
                        folder, Optional.of(saved).filter(path -> !path.isEmpty()), configuration.value(), cuda)));
        return new ExecutorSurvey(answers.withResources(device.profile(spark.sc())).collect().stream()
                .map(answer -> Json.read(answer, Answer.class))
                .toList());
    }

    /**
     * What the ranks compute on, now that the hosts have answered.
     *
     * @param threads the number of ranks, where they are threads of one process and share its GPUs
     * @throws IllegalStateException naming each host that will not do, and why. Who asks for GPUs by name is told all that they
     *     lack, of which ranks on CPUs need a part only.
     */
    DeviceChoice choose(DeviceChoice possible, OptionalInt threads) {
        DeviceChoice device = possible.with(gpuProblems(threads));
        requireFit();
        return device;
    }

    /**
     * @throws IllegalStateException naming each host that cannot run native code or reach the run's folder, and why
     */
    void requireFit() {
        String problems = answers.stream()
                .flatMap(answer -> Stream.of(answer.platform(), answer.storage())
                        .filter(problem -> !problem.isEmpty())
                        .map(problem -> "On host " + answer.host() + ": " + problem))
                .distinct()
                .collect(Collectors.joining("\n"));
        if (!problems.isEmpty()) {
            throw new IllegalStateException(problems);
        }
    }

    /**
     * Why the ranks cannot compute on GPUs, one sentence for each reason and host; empty where they can.
     *
     * @param threads the number of ranks, where they are threads of one process and share its GPUs
     */
    List<String> gpuProblems(OptionalInt threads) {
        return answers.stream()
                .flatMap(answer -> Stream.concat(
                                answer.gpus().problems().stream(), tooFew(answer.gpus(), threads).stream())
                        .map(problem -> "On host " + answer.host() + ": " + problem))
                .distinct()
                .toList();
    }

    /** What ranks on GPUs will use, one line for each host. */
    List<String> gpuVersions() {
        return answers.stream()
                .map(answer -> "On host " + answer.host() + ": " + answer.gpus().versions())
                .distinct()
                .toList();
    }

    private static Optional<String> tooFew(Gpus gpus, OptionalInt threads) {
        return threads.stream()
                .filter(ranks -> gpus.problems().isEmpty() && gpus.visible() < ranks)
                .mapToObj(ranks -> "Cannot give each of " + Names.count(ranks, "rank") + " a GPU: this process sees "
                        + gpus.visible() + ". Set numWorkers to at most that, or deviceType to cpu.")
                .findFirst();
    }

    boolean severalHosts() {
        return hosts() > 1;
    }

    int hosts() {
        return (int) answers.stream().map(Answer::host).distinct().count();
    }

    /** Of the one that has least. */
    long machineMemory() {
        return answers.stream().mapToLong(Answer::memoryBytes).min().orElseThrow();
    }

    /**
     * What a rank may take: three quarters of its machine's memory, divided fairly. The rest is for JVMs, and for what the C
     * library keeps of memory that was freed.
     */
    long memoryPerRank(int worldSize) {
        long ranksPerHost = (worldSize + hosts() - 1) / hosts();
        return machineMemory() / 4 * 3 / ranksPerHost;
    }

    /**
     * What a rank may take of its GPU: seven eighths of the smallest one's memory. The rest is for what CUDA, its libraries and
     * NCCL take for themselves, a gigabyte or two, and for gaps between tensors.
     */
    long gpuMemoryPerRank() {
        return answers.stream()
                        .mapToLong(answer -> answer.gpus().memoryBytes())
                        .min()
                        .orElseThrow()
                / 8
                * 7;
    }
}
