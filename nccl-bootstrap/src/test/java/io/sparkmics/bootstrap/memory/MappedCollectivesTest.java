package io.sparkmics.bootstrap.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.Chunks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three members, each with a mapping of its own, as processes have; a slot holds little, so that there are many rounds. */
class MappedCollectivesTest {

    private static final int MEMBERS = 3;
    private static final long SLOT_BYTES = 4096;

    /** No multiple of the members, nor of what a slot holds. */
    private static final int SIZE = 10_007;

    @TempDir
    Path folder;

    private final List<MappedCollectives> members = new ArrayList<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(MEMBERS);

    @BeforeEach
    void map() throws IOException {
        Path file = folder.resolve("memory");
        long size = Region.size(MEMBERS, SLOT_BYTES);
        SharedFile.create(file, size, "secret");
        for (int index = 0; index < MEMBERS; index++) {
            Region region = new Region(SharedFile.map(file, size, "secret"), MEMBERS, SLOT_BYTES);
            Presence presence = Presence.of(folder, MEMBERS, index);
            members.add(new MappedCollectives(
                    region, new MappedBoard(region, presence, MEMBERS, index, member -> "member " + member)));
        }
    }

    @AfterEach
    void close() {
        threads.shutdown();
        members.forEach(MappedCollectives::close);
    }

    @Test
    void allReduceSumsEachChunkInTheOrderOfARing() throws Exception {
        try (PointerScope scope = new PointerScope()) {
            List<Tensor> given = given(SIZE);
            List<Tensor> sums = given.stream().map(Tensor::clone).toList();
            together((member, index) -> member.allReduce(sums.get(index)));
            Tensor expected = torch.cat(
                    new TensorVector(expected(given, 0, SIZE), expected(given, 1, SIZE), expected(given, 2, SIZE)));
            assertThat(sums).allSatisfy(sum -> assertThat(sum.equal(expected)).isTrue());
        }
    }

    @Test
    void reduceScatterSumsTheOwnChunkInTheOrderOfARing() throws Exception {
        try (PointerScope scope = new PointerScope()) {
            List<Tensor> given = given(3 * SIZE);
            List<Tensor> wholes = given.stream().map(Tensor::clone).toList();
            // The last one's result may replace its own part.
            List<Tensor> shards =
                    List.of(torch.zeros(SIZE), torch.zeros(SIZE), wholes.get(2).narrow(0, 2 * SIZE, SIZE));
            together((member, index) ->
                    member.reduceScatter(wholes.get(index), shards.get(index), Chunks.of(3L * SIZE, MEMBERS)));
            for (int index = 0; index < MEMBERS; index++) {
                assertThat(shards.get(index).equal(expected(given, index, 3 * SIZE)))
                        .isTrue();
            }
        }
    }

    @Test
    void gathersAndBroadcastsCopy() throws Exception {
        try (PointerScope scope = new PointerScope()) {
            List<Tensor> given = given(SIZE);
            Tensor expected = torch.cat(new TensorVector(given.get(0), given.get(1), given.get(2)));
            List<Tensor> wholes = List.of(torch.zeros(3 * SIZE), torch.zeros(3 * SIZE), torch.zeros(3 * SIZE));
            together((member, index) ->
                    member.gather(given.get(index), wholes.get(index), Chunks.of(3L * SIZE, MEMBERS)));
            assertThat(wholes)
                    .allSatisfy(whole -> assertThat(whole.equal(expected)).isTrue());

            Tensor second = given.get(1).clone();
            together((member, index) -> member.broadcast(given.get(index), 1));
            assertThat(given)
                    .allSatisfy(tensor -> assertThat(tensor.equal(second)).isTrue());
        }
    }

    /** From the member after the chunk's owner on, the owner last. */
    private static Tensor expected(List<Tensor> given, int chunk, long size) {
        Chunks chunks = Chunks.of(size, MEMBERS);
        Tensor sum = part(given, chunk + 1, chunks, chunk).clone();
        for (int steps = 2; steps <= MEMBERS; steps++) {
            sum.add_(part(given, chunk + steps, chunks, chunk));
        }
        return sum;
    }

    private static Tensor part(List<Tensor> given, int member, Chunks chunks, int chunk) {
        return given.get(member % MEMBERS).narrow(0, chunks.start(chunk), chunks.length(chunk));
    }

    /** Of such different sizes that every order has another sum. */
    private static List<Tensor> given(long size) {
        List<Tensor> given = new ArrayList<>();
        for (int member = 0; member < MEMBERS; member++) {
            given.add(torch.arange(new Scalar(size))
                    .to(torch.ScalarType.Double)
                    .mul(new Scalar(0.37 * (member + 1)))
                    .sin()
                    .mul(new Scalar(Math.pow(10, member)))
                    .to(torch.ScalarType.Float));
        }
        return given;
    }

    private void together(BiConsumer<MappedCollectives, Integer> work) throws Exception {
        List<CompletableFuture<Void>> calls = new ArrayList<>();
        for (int index = 0; index < MEMBERS; index++) {
            int member = index;
            calls.add(CompletableFuture.runAsync(() -> work.accept(members.get(member), member), threads));
        }
        for (CompletableFuture<Void> call : calls) {
            call.get(1, TimeUnit.MINUTES);
        }
    }
}
