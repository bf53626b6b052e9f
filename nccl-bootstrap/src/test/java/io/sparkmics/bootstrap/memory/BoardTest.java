package io.sparkmics.bootstrap.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.deadline.PeerException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BoardTest {

    private static final long MILLIS = 1_000;

    @TempDir
    Path folder;

    @Test
    void aThreadThatWaitsSleepsUntilItIsWoken() throws Exception {
        List<Board> boards = threads();
        // Ten a second look after what nobody tells.
        assertThat(wakeUpsInASecond(boards)).isLessThan(20);
    }

    @Test
    void aProcessThatWaitsLooksAgainMoreAndMoreRarely() throws Exception {
        List<Board> boards = processes();
        assertThat(wakeUpsInASecond(boards)).isBetween(50L, 600L);
        boards.forEach(Board::close);
    }

    private static long wakeUpsInASecond(List<Board> boards) throws Exception {
        Board waiting = boards.get(0);
        CompletableFuture<Void> wait = CompletableFuture.runAsync(() -> waiting.await(1, Board.Word.PUBLISHED, 7));
        boards.get(1).put(Board.Word.PUBLISHED, 6);
        Thread.sleep(MILLIS);
        assertThat(wait).isNotDone();
        assertThat(waiting.awaited()).hasValue(1);
        boards.get(1).put(Board.Word.PUBLISHED, 7);
        wait.get(1, TimeUnit.MINUTES);
        assertThat(waiting.awaited()).isEmpty();
        return waiting.wakeUps();
    }

    @Test
    void aWaitForAMemberThatHasLeftOrGivenUpFails() throws Exception {
        for (boolean processes : new boolean[] {false, true}) {
            List<Board> left = processes ? processes() : threads();
            left.get(1).put(Board.Word.TAKEN, 3);
            left.get(1).close();
            left.get(0).await(1, Board.Word.TAKEN, 3);
            assertThatThrownBy(() -> left.get(0).await(1, Board.Word.TAKEN, 4))
                    .isInstanceOf(PeerException.class)
                    .hasMessage("member 1 has left");
            left.get(0).close();

            List<Board> gaveUp = processes ? processes() : threads();
            CompletableFuture<Void> wait =
                    CompletableFuture.runAsync(() -> gaveUp.get(0).await(1, Board.Word.TAKEN, 4));
            gaveUp.get(1).abort();
            assertThatThrownBy(() -> wait.get(1, TimeUnit.MINUTES)).rootCause().hasMessage("member 1 has given up");
            gaveUp.forEach(Board::close);
            // From another thread, too late: the memory is gone.
            gaveUp.get(1).abort();
        }
    }

    @Test
    void aGroupIsForgottenWhenAllHaveLeft() {
        int before = LocalGroup.count();
        List<Board> boards = threads();
        boards.get(0).close();
        boards.get(0).close();
        assertThat(LocalGroup.count()).isEqualTo(before + 1);
        boards.get(1).close();
        assertThat(LocalGroup.count()).isEqualTo(before);
    }

    /** The whole transport, on threads. */
    @Test
    void ranksThatHaveLeftAreForgotten() {
        int before = LocalGroup.count();
        ThreadRanks.of(4).partitionGroupSize(2).run(rank -> null);
        assertThat(LocalGroup.count()).isEqualTo(before);
    }

    private static List<Board> threads() {
        String name = UUID.randomUUID().toString();
        return IntStream.range(0, 2)
                .mapToObj(index -> LocalGroup.join(name, 2).board(index, member -> "member " + member))
                .toList();
    }

    /** Two mappings of one file, as two processes would have. */
    private List<Board> processes() throws IOException {
        Path own = folder.resolve(UUID.randomUUID().toString());
        SharedFile.createFolder(own);
        Path file = own.resolve("memory");
        long size = Region.size(2, 4096);
        SharedFile.create(file, size, "secret");
        return IntStream.range(0, 2)
                .mapToObj(index -> process(own, file, size, index))
                .toList();
    }

    private static Board process(Path own, Path file, long size, int index) {
        try {
            Tensor bytes = SharedFile.map(file, size, "secret");
            return new MappedBoard(
                    new Region(bytes, 2, 4096), Presence.of(own, 2, index), 2, index, member -> "member " + member);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aFileThatIsNotTheGroupsIsNotMapped() throws Exception {
        Path file = folder.resolve("memory");
        SharedFile.create(file, 8192, "secret");
        assertThatThrownBy(() -> SharedFile.map(file, 8192, "terces"))
                .hasMessage(file + " is not the one that this group shares");
        assertThatThrownBy(() -> SharedFile.map(file, 4096, "secret"))
                .hasMessage(file + " has 8192 bytes and must have 4096");
        assertThatThrownBy(() -> SharedFile.create(folder.resolve("vast"), Long.MAX_VALUE, "secret"))
                .hasMessageContaining(" must be no more than half of them");
        assertThat(folder.resolve("vast")).doesNotExist();
        assertThat(torch.ones(1).item_float()).isOne();
    }
}
