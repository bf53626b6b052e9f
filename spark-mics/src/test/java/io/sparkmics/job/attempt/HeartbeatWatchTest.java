package io.sparkmics.job.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.job.cluster.RunningTask;
import io.sparkmics.job.rank.FailureKind;
import io.sparkmics.job.rank.RankFailure;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HeartbeatWatchTest {

    private static final Map<Integer, Integer> NONE = Map.of();
    private static final RunningTask FIRST = new RunningTask("3", "node-1", 7, 0, true);
    private static final RunningTask SECOND = new RunningTask("4", "node-2", 7, 1, true);
    private static final List<RunningTask> BOTH = List.of(FIRST, SECOND);

    private long now = -5;
    private final HeartbeatWatch watch = new HeartbeatWatch(Duration.ofSeconds(10), Duration.ofSeconds(300), () -> now);

    @Test
    void aRankThatIsSilentForLongerThanACollectiveMayTakeIsNamedWithItsHostAndSinceWhen() {
        assertThat(poll(1, BOTH, Map.of(0, 1, 1, 0))).isEmpty();
        for (int second = 1; second <= 15; second++) {
            assertThat(poll(1, BOTH, Map.of(1, 0))).as("second %d", second).isEmpty();
        }
        Failure failure = poll(1, BOTH, Map.of(1, 0)).orElseThrow();

        assertThat(failure.kind()).isEqualTo(FailureKind.SILENT);
        assertThat(failure.rank()).isEqualTo(1);
        assertThat(failure.host()).isEqualTo("node-1");
        assertThat(failure.describe())
                .matches(
                        "rank 1 on host node-1, executor 3, has sent no heartbeat for 16 s \\(since \\d\\d:\\d\\d(:\\d\\d)?\\)"
                                + " after step 4");
    }

    @Test
    void ofRanksThatFallSilentTogetherAllAreNamed() {
        poll(1, BOTH, Map.of(0, 0));
        poll(1, BOTH, Map.of(1, 1));
        Failure failure = silentFor(20, BOTH).orElseThrow();

        assertThat(failure.describe()).contains("rank 0 on host node-1").contains("; rank 1 on host node-2");
    }

    @Test
    void beforeItsFirstHeartbeatATaskMayBeSilentForLonger() {
        assertThat(silentFor(305, List.of(SECOND))).isEmpty();
        Failure failure = silentFor(2, List.of(SECOND)).orElseThrow();

        assertThat(failure.rank()).isEqualTo(RankFailure.UNKNOWN);
        assertThat(failure.describe()).contains("task 1 of stage 7 on host node-2, executor 4, has sent no heartbeat");
    }

    @Test
    void nobodyIsBlamedForTheTimeInWhichTheDriverItselfWasSuspended() {
        poll(1, BOTH, Map.of(0, 0, 1, 1));
        assertThat(poll(3600, BOTH, NONE)).isEmpty();
        assertThat(silentFor(13, BOTH)).isEmpty();
        assertThat(silentFor(2, BOTH)).isPresent();
    }

    @Test
    void tasksThatHaveEndedAndTasksOfOtherStagesSendNone() {
        poll(1, BOTH, Map.of(0, 0, 1, 1));
        assertThat(silentFor(100, List.of())).isEmpty();
        assertThat(silentFor(1000, List.of(new RunningTask("3", "node-1", 6, 0, false))))
                .isEmpty();
    }

    private Optional<Failure> silentFor(int seconds, List<RunningTask> running) {
        Optional<Failure> failure = Optional.empty();
        for (int second = 0; second < seconds && failure.isEmpty(); second++) {
            failure = poll(1, running, NONE);
        }
        return failure;
    }

    private Optional<Failure> poll(long secondsLater, List<RunningTask> running, Map<Integer, Integer> heartbeats) {
        now += Duration.ofSeconds(secondsLater).toNanos();
        return watch.silent(running, heartbeats, 4);
    }
}
