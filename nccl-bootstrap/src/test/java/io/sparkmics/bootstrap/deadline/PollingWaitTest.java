package io.sparkmics.bootstrap.deadline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class PollingWaitTest {

    /** How long each poll might have lasted, and lasted. */
    private final List<Long> polls = new ArrayList<>();

    private final long begin = System.nanoTime();

    private void await(long millis, long timeout, Supplier<Optional<String>> trouble) {
        PollingWait.await(
                longest -> {
                    polls.add(longest);
                    Thread.sleep(longest);
                    return waited() >= millis;
                },
                CommunicationSettings.of(1).withTimeout(Duration.ofMillis(timeout)),
                trouble,
                CommunicationException::new);
    }

    private long waited() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    }

    @Test
    void theLongerAWaitLastsTheRarerItLooks() {
        await(2_000, 60_000, Optional::empty);

        assertThat(polls).startsWith(5L).isSorted().allMatch(millis -> millis <= 100);
        // 400 of 5 ms; a processor that others keep busy makes fewer.
        assertThat(polls).hasSizeLessThan(70);
    }

    @Test
    void aDeadlineIsNotMissedByAPoll() {
        assertThatThrownBy(() -> await(60_000, 1_000, Optional::empty))
                .isInstanceOf(CommunicationException.class)
                .hasCauseInstanceOf(TimeoutException.class);

        assertThat(polls.stream().mapToLong(Long::longValue).sum()).isLessThanOrEqualTo(1_000 + 2 * 5);
    }

    @Test
    void troubleEndsTheWait() {
        assertThatThrownBy(() ->
                        await(60_000, 60_000, () -> Optional.of("trouble").filter(some -> waited() > 300)))
                .hasMessage("trouble");

        // What came with the trouble counts: so there is one more poll, a short one.
        assertThat(polls).endsWith(5L);
        assertThat(polls.stream().mapToLong(Long::longValue).sum()).isLessThan(300 + 30 + 2 * 5);
    }
}
