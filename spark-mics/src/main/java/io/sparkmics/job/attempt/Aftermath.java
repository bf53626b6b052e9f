package io.sparkmics.job.attempt;

import io.sparkmics.job.cluster.Executors;
import io.sparkmics.job.cluster.RunningTask;
import io.sparkmics.job.cluster.TaggedJobs;
import io.sparkmics.job.rank.FailureKind;
import io.sparkmics.job.rank.RankFailure;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.SparkContext;

/** Ends what a failed attempt has left running, by force where it does not end by itself. */
final class Aftermath {

    /** A rank leaves its collectives within two seconds of a cancel. */
    private static final Duration BY_ITSELF = Duration.ofSeconds(4);

    /** All but one that is frozen have had their time already. */
    private static final Duration BESIDE_A_FROZEN_ONE = Duration.ofSeconds(2);

    /** A standalone worker asks a process to end, and kills it ten seconds later. */
    private static final Duration BY_FORCE = Duration.ofSeconds(20);

    private final SparkContext spark;
    private final TaggedJobs jobs;

    Aftermath(SparkContext spark, TaggedJobs jobs) {
        this.spark = spark;
        this.jobs = jobs;
    }

    /** @return what is left running all the same, as a sentence behind others; empty where nothing is */
    String leaveNothing(Failure failure, List<RankFailure> reports) throws InterruptedException {
        Duration timeout = failure.kind() == FailureKind.SILENT ? BESIDE_A_FROZEN_ONE : BY_ITSELF;
        jobs.cancel("The attempt has failed: " + failure.describe(), timeout);
        List<RunningTask> left = jobs.running();
        if (Executors.canBeKilled(spark)) {
            return kill(left, reports);
        }
        return left.isEmpty()
                ? ""
                : tell(describe(left) + ": a thread of the driver cannot be killed, and holds its slot until its code"
                        + " returns.");
    }

    private String kill(List<RunningTask> left, List<RankFailure> reports) throws InterruptedException {
        Set<String> executors = spent(reports);
        left.forEach(task -> executors.add(task.executor()));
        if (executors.isEmpty()) {
            return "";
        }
        if (!left.isEmpty()) {
            System.err.println(describe(left) + ": its executor is killed.");
        }
        List<String> still = Executors.kill(spark, executors, BY_FORCE);
        return still.isEmpty()
                ? ""
                : tell("Spark still has executor " + String.join(", ", still) + ", which it was told to kill "
                        + BY_FORCE.toSeconds() + " s ago: other slots are used where there are any.");
    }

    /**
     * The executors that the next attempt must not land on: where the heap ran out the process ends itself a little later, and
     * where CUDA's context is lost it never does.
     */
    static Set<String> spent(List<RankFailure> reports) {
        return reports.stream()
                .filter(report -> report.kind().endsProcess())
                .map(RankFailure::executor)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String tell(String text) {
        System.err.println(text);
        return " " + text;
    }

    private static String describe(List<RunningTask> left) {
        return "A task of the failed attempt does not end ("
                + String.join("; ", left.stream().map(RunningTask::toString).toList()) + ")";
    }
}
