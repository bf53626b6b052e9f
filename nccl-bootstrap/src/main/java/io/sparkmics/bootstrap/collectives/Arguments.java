package io.sparkmics.bootstrap.collectives;

import io.sparkmics.bootstrap.groups.Collective;
import io.sparkmics.bootstrap.groups.Group;
import io.sparkmics.bootstrap.groups.Names;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What a rank alone can see to be wrong with a collective's arguments; past it a transport may end the process. */
public final class Arguments {

    private Arguments() {}

    /** Checks that {@code whole} has room for one {@code shard} of each member, and that both lie on the device. */
    public static void check(Collective collective, Group group, RankDevice device, Tensor shard, Tensor whole) {
        check(collective, group, device, shard);
        check(collective, group, device, whole);
        if (type(shard) != type(whole)) {
            throw failure(collective, group, "the shard is of type " + type(shard) + ", the whole of " + type(whole));
        }
        if (shard.numel() * group.size() != whole.numel()) {
            throw failure(
                    collective,
                    group,
                    "the whole has " + whole.numel() + " elements and must have " + shard.numel() + " for each of the "
                            + group.size() + " members");
        }
    }

    /** Checks one tensor. */
    public static void check(Collective collective, Group group, RankDevice device, Tensor tensor) {
        if (!tensor.defined()) {
            throw failure(collective, group, "a tensor is undefined");
        }
        if (!tensor.is_contiguous()) {
            throw failure(collective, group, "a tensor of " + tensor.numel() + " elements is not contiguous");
        }
        switch (type(tensor)) {
            case Float, Double, BFloat16, Long, Int, Byte -> {}
            default -> throw failure(collective, group, "the type " + type(tensor) + " is not supported");
        }
        if (!device.holds(tensor)) {
            try (BytePointer where = tensor.device().str()) {
                throw failure(collective, group, "a tensor is on " + where.getString() + " and must be on " + device);
            }
        }
    }

    /** Checks a tensor that one member gives to the others. */
    public static void check(Collective collective, Group group, RankDevice device, Tensor tensor, int root) {
        check(collective, group, device, tensor);
        if (root < 0 || root >= group.size()) {
            throw failure(collective, group, "the root " + root + " is not one of its " + group.size() + " members");
        }
    }

    /** The native call makes a new instance each time. */
    private static torch.ScalarType type(Tensor tensor) {
        return tensor.scalar_type().intern();
    }

    private static IllegalArgumentException failure(Collective collective, Group group, String reason) {
        return new IllegalArgumentException(
                "Cannot start " + Names.of(collective) + " in " + Names.of(group) + ": " + reason + ".");
    }
}
