package io.sparkmics.job.attempt;

import io.sparkmics.bootstrap.deadline.Suspect;
import io.sparkmics.bootstrap.deadline.Suspects;
import io.sparkmics.bootstrap.deadline.WaitReport;
import io.sparkmics.job.cluster.LostExecutor;
import io.sparkmics.job.rank.FailureKind;
import io.sparkmics.job.rank.RankFailure;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Which of all that was reported of a failed attempt began it. One failure makes every other rank fail, so what was only done
 * to a rank counts last.
 *
 * @param reports of ranks, as they arrived
 * @param lost executors
 * @param spark what Spark says of the job; null where it has said nothing
 * @param worldSize how many ranks there were
 * @param step the last that is known to be done
 */
record FirstCause(List<RankFailure> reports, List<LostExecutor> lost, Throwable spark, int worldSize, long step) {

    FirstCause {
        reports = List.copyOf(reports);
        lost = List.copyOf(lost);
    }

    /** Whether it is known already, so that nothing needs to be waited for. */
    boolean certain() {
        return cancelled().isPresent() || thrown().isPresent() || !lost.isEmpty();
    }

    Failure find() {
        return cancelled()
                .or(() -> thrown().map(Failure::of))
                .or(this::lostExecutor)
                .or(this::stuck)
                .or(this::suspect)
                .or(this::saidBySpark)
                .or(() -> reports.stream().findFirst().map(Failure::of))
                .orElseGet(() -> Failure.of(FailureKind.CODE, String.valueOf(spark), step));
    }

    /** Spark says so before the ranks notice, and what they throw then is no failure. */
    private Optional<Failure> cancelled() {
        return saidBySpark().filter(failure -> failure.kind() == FailureKind.CANCELLED);
    }

    private Optional<RankFailure> thrown() {
        return first(report -> report.kind() != FailureKind.CONSEQUENCE && report.kind() != FailureKind.STUCK);
    }

    private Optional<RankFailure> first(Predicate<RankFailure> which) {
        return reports.stream().filter(which).findFirst();
    }

    private Optional<Failure> lostExecutor() {
        return lost.stream()
                .findFirst()
                .map(executor -> new Failure(
                        executor.outOfMemory() ? FailureKind.MEMORY : FailureKind.LOST,
                        "",
                        "executor " + executor.executor() + " on host " + executor.host() + ranksOf(executor)
                                + " was lost: " + executor.why(),
                        RankFailure.UNKNOWN,
                        executor.host(),
                        step));
    }

    private Optional<Failure> stuck() {
        return first(report -> report.kind() == FailureKind.STUCK).map(Failure::of);
    }

    private Optional<Failure> suspect() {
        List<WaitReport> waits = waits().toList();
        if (waits.isEmpty()) {
            return Optional.empty();
        }
        return Suspects.of(worldSize, waits).stream().findFirst().map(this::silent);
    }

    private Failure silent(Suspect suspect) {
        return new Failure(
                FailureKind.SILENT,
                "",
                "rank " + suspect.rank() + " on host " + suspect.host() + " keeps the others waiting ("
                        + suspect.reason() + ")",
                suspect.rank(),
                suspect.host(),
                step);
    }

    private Optional<Failure> saidBySpark() {
        return Optional.ofNullable(spark)
                .map(failure -> SparkFailure.of(failure, step))
                .filter(failure -> failure.kind() != FailureKind.CONSEQUENCE);
    }

    /** The ranks of its host that have said nothing; empty where the ranks had not met. */
    private String ranksOf(LostExecutor executor) {
        Set<Integer> told = reports.stream().map(RankFailure::rank).collect(Collectors.toSet());
        List<String> hosts = waits().findFirst().map(WaitReport::hosts).orElse(List.of());
        String ranks = IntStream.range(0, hosts.size())
                .filter(rank -> hosts.get(rank).equals(executor.host()) && !told.contains(rank))
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(", "));
        return ranks.isEmpty() ? "" : " (rank " + ranks + ")";
    }

    private Stream<WaitReport> waits() {
        return reports.stream().map(RankFailure::waiting).filter(Objects::nonNull);
    }
}
