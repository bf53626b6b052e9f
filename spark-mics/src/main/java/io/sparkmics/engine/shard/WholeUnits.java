package io.sparkmics.engine.shard;

import io.sparkmics.bootstrap.collectives.Communicator;
import io.sparkmics.engine.device.ElementTypes;
import io.sparkmics.engine.device.Native;
import io.sparkmics.plan.Placement;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * All units, whole, in memory that the partition group has in common: each rank's shard is its part of them, so they need not be
 * gathered. What the others have changed is there once all have taken part in a collective.
 */
final class WholeUnits implements AutoCloseable {

    private final ScalarType type;
    private final Map<UnitShard, Tensor> units = new IdentityHashMap<>();

    private WholeUnits(Tensor bytes, ShardLayout layout, ScalarType type) {
        this.type = type;
        long offset = 0;
        for (UnitShard shard : layout.shards()) {
            long size = size(shard, type);
            units.put(shard, Native.keep(bytes.narrow(0, offset, size).view(type)));
            offset += Placement.aligned(size);
        }
    }

    /** Empty where the group has no memory in common, or each of its ranks the whole units anyway. */
    static Optional<WholeUnits> of(ShardLayout layout, ScalarType type, Communicator partition) {
        if (partition.group().size() == 1) {
            return Optional.empty();
        }
        long bytes = layout.shards().stream()
                .mapToLong(shard -> Placement.aligned(size(shard, type)))
                .sum();
        Optional<Tensor> memory = partition.commonMemory(bytes);
        try (PointerScope scope = new PointerScope()) {
            return memory.map(common -> new WholeUnits(common, layout, type));
        } finally {
            memory.ifPresent(Tensor::close);
        }
    }

    private static long size(UnitShard shard, ScalarType type) {
        return shard.paddedSize() * ElementTypes.bytes(type);
    }

    /** Elements [p · shard size], this object's own. */
    Tensor of(UnitShard shard) {
        return units.get(shard);
    }

    ScalarType type() {
        return type;
    }

    @Override
    public void close() {
        units.values().forEach(Native::close);
    }
}
