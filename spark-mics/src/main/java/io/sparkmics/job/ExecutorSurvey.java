package io.sparkmics.job;

import com.sun.management.OperatingSystemMXBean;
import io.sparkmics.bootstrap.Platform;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * A small job that asks the executors what machines they are, before anything is loaded on them.
 *
 * @param answers one for each slot that answered
 */
record ExecutorSurvey(List<Answer> answers) {

    /**
     * @param host where the slot is
     * @param executor which process it belongs to
     * @param problem what keeps native code from running there; empty: nothing
     * @param memoryBytes physical memory of its machine
     */
    record Answer(String host, String executor, String problem, long memoryBytes) implements Serializable {

        static Answer here() {
            OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            return new Answer(
                    SparkEnv.get().blockManager().blockManagerId().host(),
                    SparkEnv.get().executorId(),
                    Platform.problem().orElse(""),
                    system.getTotalMemorySize());
        }
    }

    static ExecutorSurvey of(JavaSparkContext spark, int slots) {
        return new ExecutorSurvey(spark.parallelize(Collections.nCopies(slots, 0), slots)
                .map(slot -> Answer.here())
                .collect());
    }

    /**
     * @throws IllegalStateException naming each host that cannot run native code, and why
     */
    void requirePlatform() {
        Map<String, String> problems = answers.stream()
                .filter(answer -> !answer.problem().isEmpty())
                .collect(Collectors.toMap(Answer::host, Answer::problem, (one, same) -> one));
        if (!problems.isEmpty()) {
            throw new IllegalStateException(problems.entrySet().stream()
                    .map(entry -> entry.getKey() + ": " + entry.getValue())
                    .collect(Collectors.joining("\n")));
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
