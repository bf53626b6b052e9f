package io.sparkmics.bootstrap.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.bootstrap.Chunks;
import io.sparkmics.bootstrap.PeerException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LocalCollectivesTest {

    private static final int MEMBERS = 3;

    private final List<LocalCollectives> members = members();

    private static List<LocalCollectives> members() {
        List<LocalCollectives> members = new ArrayList<>();
        for (int index = 0; index < MEMBERS; index++) {
            LocalGroup group = LocalGroup.join("LocalCollectivesTest", MEMBERS);
            members.add(new LocalCollectives(group, group.board(index, member -> "member " + member)));
        }
        return members;
    }

    @AfterEach
    void close() {
        members.forEach(LocalCollectives::close);
    }

    /** Member 0 would read member 1 first, and member 2 never comes. */
    @Test
    void whoFailsIsNotHeldByAReaderThatWaitsForAThird() throws Exception {
        CompletableFuture<Void> waiting = sum(0);
        CompletableFuture<Void> failing = sum(1);
        while (!members.get(0).awaited().equals(OptionalInt.of(2))
                || !members.get(1).awaited().equals(OptionalInt.of(2))) {
            assertThat(waiting).isNotDone();
            Thread.sleep(1);
        }
        members.get(1).abort();
        assertThatThrownBy(() -> failing.get(1, TimeUnit.MINUTES))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(PeerException.class);
        assertThat(waiting).isNotDone();
        members.get(0).abort();
        assertThatThrownBy(() -> waiting.get(1, TimeUnit.MINUTES)).hasCauseInstanceOf(PeerException.class);
    }

    private CompletableFuture<Void> sum(int member) {
        return CompletableFuture.runAsync(
                () -> {
                    try (PointerScope scope = new PointerScope()) {
                        Tensor whole = torch.ones(3 * MEMBERS);
                        members.get(member).reduceScatter(whole, torch.zeros(3), Chunks.of(3 * MEMBERS, MEMBERS));
                    }
                },
                work -> new Thread(work, "member-" + member).start());
    }
}
