package io.sparkmics.job.attempt;

import io.sparkmics.job.rank.FailureKind;
import io.sparkmics.job.rank.RankFailure;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What Spark says of a job that failed: it hands on what a task has thrown as text alone. */
final class SparkFailure {

    private static final Pattern CANCELLED = Pattern.compile("^(\\[\\w+] )?Job \\d+ (was )?cancelled");
    private static final Pattern LOST =
            Pattern.compile("ExecutorLostFailure \\(executor (\\S+) .*?\\)(?: Reason: (.*))?");
    private static final Pattern THROWN = Pattern.compile(
            "(?m)(?:^|^Caused by: |\\): )((?:[\\w$]+\\.)+[\\w$]*(?:Exception|Error|Failure))(?:: (.*))?$");

    /** The end of a class's name, and what it is. */
    private static final Map<String, FailureKind> KINDS = Map.ofEntries(
            Map.entry("PeerException", FailureKind.CONSEQUENCE),
            Map.entry("InterruptedException", FailureKind.CONSEQUENCE),
            Map.entry("TaskKilledException", FailureKind.CONSEQUENCE),
            Map.entry("CommunicationException", FailureKind.COMMUNICATION),
            Map.entry("CudaContextException", FailureKind.DEVICE),
            Map.entry("OutOfMemoryError", FailureKind.MEMORY),
            Map.entry("IllegalArgumentException", FailureKind.INPUT),
            Map.entry("DataChangedException", FailureKind.INPUT),
            Map.entry("CheckpointDamagedException", FailureKind.DAMAGED),
            Map.entry("CheckpointException", FailureKind.STORAGE),
            Map.entry("StorageException", FailureKind.STORAGE),
            Map.entry("IOException", FailureKind.STORAGE));

    private SparkFailure() {}

    /** @param step how many steps were done when it was heard */
    static Failure of(Throwable failure, long step) {
        String text = String.valueOf(failure.getMessage());
        if (CANCELLED.matcher(text).find()) {
            return Failure.of(FailureKind.CANCELLED, text.lines().findFirst().orElse(text), step);
        }
        Matcher lost = LOST.matcher(text);
        if (lost.find()) {
            String reason = lost.group(2) == null ? lost.group() : lost.group(2);
            return Failure.of(FailureKind.LOST, "executor " + lost.group(1) + " was lost: " + reason, step);
        }
        if (text.contains("FetchFailed(")) {
            return Failure.of(
                    FailureKind.FETCH, "rows could not be fetched from the executor that had prepared them", step);
        }
        return thrown(text, step).orElseGet(() -> Failure.of(FailureKind.CODE, text, step));
    }

    private static Optional<Failure> thrown(String text, long step) {
        List<MatchResult> chain = THROWN.matcher(text.lines()
                        .takeWhile(line -> !line.startsWith("Driver stacktrace"))
                        .reduce("", (above, line) -> above + line + "\n"))
                .results()
                .filter(thrown -> !thrown.group(1).endsWith("SparkException"))
                .toList();
        Optional<MatchResult> told = chain.stream()
                .filter(thrown -> String.valueOf(thrown.group(2)).startsWith("Cannot "))
                .findFirst()
                .or(() -> chain.stream().findFirst());
        return told.map(first -> new Failure(
                kind(chain),
                first.group(1),
                first.group(2) == null ? "" : first.group(2),
                RankFailure.UNKNOWN,
                "",
                step));
    }

    private static FailureKind kind(List<MatchResult> chain) {
        return chain.stream()
                .map(thrown -> thrown.group(1))
                .flatMap(type -> KINDS.entrySet().stream().filter(known -> type.endsWith(known.getKey())))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(FailureKind.CODE);
    }
}
