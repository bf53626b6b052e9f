package io.sparkmics.job.attempt;

import io.sparkmics.job.cluster.RunningTask;
import io.sparkmics.job.rank.FailureKind;
import io.sparkmics.job.rank.RankFailure;
import java.time.Duration;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Which ranks have sent no heartbeat for longer than a collective may take. Where some rank is left that waits for them it says
 * so itself, and says more; this is for when none is. For one thread, which looks again and again.
 */
final class HeartbeatWatch {

    /** So that those who wait have their say first, and of processes that froze together none is left out. */
    private static final Duration SHORTEST_GRACE = Duration.ofSeconds(5);

    private static final int GRACES_PER_TIMEOUT = 5;

    /** A driver that has not looked for longer was suspended itself, or held up: no rank is to blame for that time. */
    private static final long LONGEST_GAP = Duration.ofSeconds(1).toNanos();

    private final long timeout;
    private final long first;
    private final long grace;
    private final LongSupplier nanoTime;
    private final Map<Integer, Silence> silences = new TreeMap<>();
    private long looked;

    /** How long this driver has been awake. */
    private long awake;

    /**
     * Of one rank.
     *
     * @param task as it is found among those that run
     * @param rank {@link RankFailure#UNKNOWN} where it is not known
     * @param begin on the driver's clock, which stands still while the driver does
     * @param time for people
     * @param limit how long it may last
     */
    private record Silence(RunningTask task, int rank, long begin, LocalTime time, long limit) {

        String describe(long nanos) {
            String who = rank == RankFailure.UNKNOWN
                    ? task.toString()
                    : "rank " + rank + " on host " + task.host() + ", executor " + task.executor();
            return who + ", has sent no heartbeat for "
                    + Duration.ofNanos(nanos).toSeconds() + " s (since " + time.truncatedTo(ChronoUnit.SECONDS) + ")";
        }
    }

    /**
     * @param timeout how long a rank may be silent
     * @param first how long before its first heartbeat: its process may have much to fetch
     */
    HeartbeatWatch(Duration timeout, Duration first, LongSupplier nanoTime) {
        this.timeout = timeout.toNanos();
        this.first = first.toNanos();
        this.grace = Math.max(SHORTEST_GRACE.toNanos(), this.timeout / GRACES_PER_TIMEOUT);
        this.nanoTime = nanoTime;
        looked = nanoTime.getAsLong();
    }

    /**
     * @param running tasks of the attempt, those of ranks and others
     * @param heartbeats since the look before: ranks by their partitions
     * @param step how many steps are done
     * @return what has failed; empty where nothing has
     */
    Optional<Failure> silent(List<RunningTask> running, Map<Integer, Integer> heartbeats, long step) {
        long now = nanoTime.getAsLong();
        awake += Math.min(now - looked, LONGEST_GAP);
        looked = now;
        List<Silence> current = running.stream()
                .filter(RunningTask::barrier)
                .map(task -> silence(task, heartbeats))
                .toList();
        if (current.stream().allMatch(silence -> awake - silence.begin() <= silence.limit() + grace)) {
            return Optional.empty();
        }
        List<Silence> over = current.stream()
                .filter(silence -> awake - silence.begin() > silence.limit())
                .toList();
        return Optional.of(new Failure(
                FailureKind.SILENT,
                "",
                over.stream()
                        .map(silence -> silence.describe(awake - silence.begin()))
                        .collect(Collectors.joining("; ")),
                over.get(0).rank(),
                over.get(0).task().host(),
                step));
    }

    private Silence silence(RunningTask task, Map<Integer, Integer> heartbeats) {
        Integer rank = heartbeats.get(task.partition());
        if (rank != null) {
            silences.put(task.partition(), new Silence(task, rank, awake, LocalTime.now(), timeout));
        }
        return silences.computeIfAbsent(
                task.partition(), partition -> new Silence(task, RankFailure.UNKNOWN, awake, LocalTime.now(), first));
    }
}
