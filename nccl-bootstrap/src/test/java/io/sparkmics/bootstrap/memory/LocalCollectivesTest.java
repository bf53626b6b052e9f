package io.sparkmics.bootstrap.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.bootstrap.collectives.Chunks;
import io.sparkmics.bootstrap.deadline.PeerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
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

    @Test
    void commonMemoryIsOneForAllAndThereUntilTheLastHasClosedIt() {
        List<Tensor> handles = commonMemory(1 << 20);
        assertThat(handles)
                .extracting(handle -> handle.data_ptr().address())
                .containsOnly(handles.get(0).data_ptr().address());
        handles.get(0).fill_(new Scalar(7L));
        handles.get(0).close();
        handles.get(1).close();
        assertThat(handles.get(2).sum().item_long()).isEqualTo(7L << 20);
        handles.get(2).close();
        // Each time another, zero again.
        List<Tensor> others = commonMemory(64);
        assertThat(others.get(1).sum().item_long()).isZero();
        others.forEach(Tensor::close);
    }

    @Test
    void commonMemoryIsGivenBack() throws IOException {
        long megabytes = 64;
        long before = residentMegabytes();
        for (int round = 0; round < 16; round++) {
            List<Tensor> handles = commonMemory(megabytes << 20);
            handles.get(round % MEMBERS).fill_(new Scalar(1L));
            handles.forEach(Tensor::close);
        }
        assertThat(residentMegabytes() - before).isLessThan(4 * megabytes);
    }

    @Test
    void membersThatWantDifferentMemoryAreTold() {
        Tensor first = members.get(0).commonMemory(64).orElseThrow();
        assertThatThrownBy(() -> members.get(1).commonMemory(128))
                .isInstanceOf(PeerException.class)
                .hasMessage("a member asks for 128 bytes of common memory, and another for 64");
        first.close();
    }

    private List<Tensor> commonMemory(long bytes) {
        return members.stream()
                .map(member -> member.commonMemory(bytes).orElseThrow())
                .toList();
    }

    private static long residentMegabytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) >> 10)
                .sum();
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
