package io.sparkmics.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.collectives.Communicator;
import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.bootstrap.groups.GroupKind;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Collectives whose right result is known to the bit: sums of small integers. */
final class CollectiveCases {

    static final List<torch.ScalarType> TYPES =
            List.of(torch.ScalarType.Float, torch.ScalarType.Double, torch.ScalarType.BFloat16, torch.ScalarType.Long);
    private static final long[] SIZES = {0, 1, 7, 1003};

    private CollectiveCases() {}

    /** One shape of world. */
    record World(int size, int partitionGroupSize, int ranksPerNode) {}

    /** Every partition group size of each world, on one node and on all nodes that make gather hierarchical. */
    static List<World> worlds() {
        List<World> worlds = new ArrayList<>();
        for (int size : new int[] {1, 2, 3, 4, 6, 8}) {
            for (int p = 1; p <= size; p++) {
                for (int k = 2; k <= size && size % p == 0; k++) {
                    if (p % k == 0 && p > k) {
                        worlds.add(new World(size, p, k));
                    }
                }
                if (size % p == 0) {
                    worlds.add(new World(size, p, size));
                }
            }
        }
        return worlds;
    }

    /** All collectives of this rank's groups, in all types and sizes. */
    static Void checkAll(RankContext rank) {
        for (GroupKind kind : GroupKind.values()) {
            boolean cut = kind == GroupKind.INTRA_NODE || kind == GroupKind.INTER_NODE;
            if (!cut || rank.hierarchical()) {
                for (torch.ScalarType type : TYPES) {
                    for (long size : SIZES) {
                        check(rank.device(), rank.communicator(kind), type, size);
                    }
                }
            }
        }
        return null;
    }

    static void check(RankDevice device, Communicator group, torch.ScalarType type, long size) {
        try (PointerScope scope = new PointerScope()) {
            checkGather(device, group, type, size);
            checkReduceScatter(device, group, type, size);
            Tensor sum = filled(device, type, size, group.group().index());
            group.allReduce(sum).await();
            assertEqual(sum, total(device, group, type, size));
            int root = (int) (size % group.group().size());
            Tensor copied = filled(device, type, size, group.group().index());
            group.broadcast(copied, root).await();
            assertEqual(copied, filled(device, type, size, root));
        }
    }

    private static void checkGather(RankDevice device, Communicator group, torch.ScalarType type, long size) {
        int members = group.group().size();
        int index = group.group().index();
        Tensor[] parts = new Tensor[members];
        for (int member = 0; member < members; member++) {
            parts[member] = filled(device, type, size, member);
        }
        Tensor expected = torch.cat(tensors(parts));

        Tensor whole = filled(device, type, size * members, 99);
        group.gather(parts[index], whole).await();
        assertEqual(whole, expected);

        Tensor inPlace = filled(device, type, size * members, 99);
        Tensor own = inPlace.narrow(0, index * size, size);
        own.copy_(parts[index]);
        group.gather(own, inPlace).await();
        assertEqual(inPlace, expected);
    }

    private static void checkReduceScatter(RankDevice device, Communicator group, torch.ScalarType type, long size) {
        int members = group.group().size();
        int index = group.group().index();
        Tensor expected = total(device, group, type, size * members).narrow(0, index * size, size);
        Tensor whole = filled(device, type, size * members, index);
        Tensor shard = filled(device, type, size, 99);
        group.reduceScatter(whole, shard).await();
        assertEqual(shard, expected);
    }

    private static Tensor total(RankDevice device, Communicator group, torch.ScalarType type, long size) {
        Tensor total = filled(device, type, size, 0);
        for (int member = 1; member < group.group().size(); member++) {
            total.add_(filled(device, type, size, member));
        }
        return total;
    }

    /** Element i of member m is (i + 3 m) mod 13: exact in every type, and so is the sum over eight members. */
    static Tensor filled(RankDevice device, torch.ScalarType type, long size, int member) {
        return torch.arange(new Scalar(size), device.options(torch.ScalarType.Long))
                .add(new Scalar(3L * member))
                .remainder(new Scalar(13L))
                .to(type);
    }

    static TensorVector tensors(Tensor... tensors) {
        return new TensorVector(tensors);
    }

    private static void assertEqual(Tensor actual, Tensor expected) {
        assertThat(actual.equal(expected))
                .as(() -> "a tensor of " + actual.numel() + " " + actual.scalar_type())
                .isTrue();
    }
}
