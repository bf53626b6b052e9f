package io.sparkmics.job;

import com.sun.management.OperatingSystemMXBean;
import io.sparkmics.bootstrap.Platform;
import java.lang.management.ManagementFactory;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;

/**
 * A small job that asks the executors what machines they are, before anything is loaded on them.
 *
 * @param answers one for each slot that answered
 */
record ExecutorSurvey(List<Answer> answers) {

    /**
     * @param host where the slot is
     * @param platform what keeps native code from running there; empty: nothing
     * @param workDirectory what keeps it from writing to the run's folder; empty: nothing
     * @param memoryBytes physical memory of its machine
     */
    record Answer(String host, String platform, String workDirectory, long memoryBytes) {

        static Answer here(String run, Configuration hadoop) {
            OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            return new Answer(
                    SparkEnv.get().blockManager().blockManagerId().host(),
                    Platform.problem().orElse(""),
                    WorkDirectory.problemOnExecutor(new Path(run), hadoop).orElse(""),
                    system.getTotalMemorySize());
        }
    }

    static ExecutorSurvey of(JavaSparkContext spark, int slots, Path run, Configuration hadoop) {
        SerializableConfiguration configuration = new SerializableConfiguration(hadoop);
        String folder = run.toString();
        return new ExecutorSurvey(spark
                .parallelize(Collections.nCopies(slots, 0), slots)
                .map(slot -> Json.write(Answer.here(folder, configuration.value())))
                .collect()
                .stream()
                .map(answer -> Json.read(answer, Answer.class))
                .toList());
    }

    /**
     * @throws IllegalStateException naming each host that cannot run native code or reach the run's folder, and why
     */
    void requireFit() {
        String problems = answers.stream()
                .flatMap(answer -> Stream.of(answer.platform(), answer.workDirectory())
                        .filter(problem -> !problem.isEmpty())
                        .map(problem -> "On host " + answer.host() + ": " + problem))
                .distinct()
                .collect(Collectors.joining("\n"));
        if (!problems.isEmpty()) {
            throw new IllegalStateException(problems);
        }
    }

    boolean severalHosts() {
        return answers.stream().map(Answer::host).distinct().count() > 1;
    }

    /** What a rank may take: half of its machine's memory, for activations and the JVM need the rest, divided fairly. */
    long memoryPerRank(int worldSize) {
        long hosts = answers.stream().map(Answer::host).distinct().count();
        long ranksPerHost = (worldSize + hosts - 1) / hosts;
        return answers.stream().mapToLong(Answer::memoryBytes).min().orElseThrow() / 2 / ranksPerHost;
    }
}
