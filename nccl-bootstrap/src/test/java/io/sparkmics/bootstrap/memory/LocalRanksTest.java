package io.sparkmics.bootstrap.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.bootstrap.Endurance;
import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.collectives.Communicator;
import io.sparkmics.bootstrap.collectives.Pending;
import io.sparkmics.bootstrap.deadline.PeerException;
import io.sparkmics.bootstrap.groups.GroupKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalRanksTest {

    private static final int ELEMENTS = 1 << 22;

    @TempDir
    Path folder;

    /** A rank's failure frees its tensors, which others may be reading. */
    @ParameterizedTest
    @ValueSource(ints = {0, 2, 5, 10, 20, 40})
    void whoFailsInTheMiddleOfACopyLetsGoOfItsMemoryAndSoDoTheOthers(int millis) {
        CyclicBarrier start = new CyclicBarrier(3);
        List<Long> stillUsed = ThreadRanks.of(3).run(rank -> {
            try (PointerScope scope = new PointerScope()) {
                Tensor shard = torch.ones(ELEMENTS);
                Tensor whole = torch.zeros(3L * ELEMENTS);
                Tensor shards = torch.zeros(ELEMENTS);
                long users = whole.storage().use_count();
                start.await(1, TimeUnit.MINUTES);
                assertThatThrownBy(() -> rank.abortOnFailure(() -> {
                            Communicator group = rank.communicator(GroupKind.PARTITION);
                            group.gather(shard, whole).await();
                            Pending sum = group.reduceScatter(whole, shards);
                            if (rank.rank() == 1) {
                                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
                                throw new IllegalStateException("a fault in the middle");
                            }
                            sum.await();
                            group.allReduce(shards).await();
                            return null;
                        }))
                        .isInstanceOfAny(PeerException.class, IllegalStateException.class);
                return whole.storage().use_count() - users;
            }
        });
        assertThat(stillUsed).containsExactly(0L, 0L, 0L);
    }

    /** In a process of its own, whose whole heap is there from the beginning. */
    @Test
    void manyCollectivesLeaveNothingInMemory() throws Exception {
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms128m",
                        "-Xmx128m",
                        "-XX:+AlwaysPreTouch",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Endurance.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
            assertThat(Files.readString(output)).endsWith("all right\n");
        } finally {
            process.destroyForcibly();
        }
    }
}
