package io.sparkmics.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.collectives.Communicator;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.groups.GroupKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Many collectives, and what they leave in memory. */
public final class Endurance {

    private static final long PAGE = 4096;

    /** Of a process whose whole heap was there before; 10,000 tensors of these have 40 MB. */
    private static final long GROWTH = 24 << 20;

    private Endurance() {}

    /** Ranks that are threads of this process. */
    public static void main(String[] arguments) {
        ThreadRanks.of(3).with(CommunicationSettings.of(3).withChecking(false)).run(rank -> {
            run(rank, 10_000);
            return null;
        });
        System.out.println("all right");
    }

    /** Fails where the process grows, after some to warm up. */
    public static void run(RankContext rank, int collectives) throws IOException {
        Communicator group = rank.communicator(GroupKind.PARTITION);
        int members = group.group().size();
        try (Tensor whole = torch.zeros(members * 1000L);
                Tensor shard = torch.zeros(1000)) {
            rounds(group, whole, shard, collectives / 5);
            long resident = resident();
            long pointers = Pointer.totalCount();
            rounds(group, whole, shard, collectives);
            assertThat(Pointer.totalCount() - pointers).isLessThan(50);
            assertThat(resident() - resident).isLessThan(GROWTH);
        }
    }

    private static void rounds(Communicator group, Tensor whole, Tensor shard, int collectives) {
        for (int i = 0; i < collectives; i += 4) {
            group.gather(shard, whole).await();
            group.reduceScatter(whole, shard).await();
            group.allReduce(whole).await();
            group.broadcast(whole, 0).await();
        }
    }

    private static long resident() throws IOException {
        return PAGE
                * Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]);
    }
}
