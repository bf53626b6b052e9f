package io.sparkmics.job.rank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sparkmics.LocalSpark;
import io.sparkmics.job.cluster.Json;
import io.sparkmics.monitor.RankChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class HeartbeatsTest {

    private final List<Heartbeat> heard = new CopyOnWriteArrayList<>();

    @Test
    void theyComeAgainAndAgainFromAThreadOfTheirOwnWhichEndsWithThem() {
        try (RankChannel channel = RankChannel.open(
                LocalSpark.session().sparkContext(),
                Map.of(Heartbeat.KIND, json -> heard.add(Json.read(json, Heartbeat.class))))) {
            try (Heartbeats heartbeats = Heartbeats.start(channel.begin(0), 7, Duration.ofMillis(100))) {
                await().atMost(Duration.ofSeconds(30)).until(() -> heard.size() > 3);
                heartbeats.met(2);
                await().atMost(Duration.ofSeconds(30)).until(() -> heard.contains(new Heartbeat(7, 2)));
                assertThat(threads()).isEqualTo(1);
            }
            await().atMost(Duration.ofSeconds(30)).until(() -> threads() == 0);
        }
        assertThat(heard.get(0)).isEqualTo(new Heartbeat(7, RankFailure.UNKNOWN));
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("heartbeats-of-task-7"))
                .count();
    }
}
