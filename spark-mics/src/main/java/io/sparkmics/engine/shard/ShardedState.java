package io.sparkmics.engine.shard;

import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.engine.device.ElementTypes;
import io.sparkmics.engine.device.Native;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** One number for each parameter of a rank's shards, such as its first moment: a tensor for each unit's shard. */
public final class ShardedState implements AutoCloseable {

    private final ScalarType type;
    private final long elements;
    private final Map<UnitShard, Tensor> parts = new IdentityHashMap<>();

    private ShardedState(ShardLayout layout, ScalarType type, Function<UnitShard, Tensor> part) {
        this.type = type;
        this.elements = layout.size();
        layout.shards().forEach(shard -> parts.put(shard, Native.keep(part.apply(shard))));
    }

    /** Zeros, in one piece of memory of their own. */
    public static ShardedState zeros(ShardLayout layout, ScalarType type, RankDevice device) {
        try (PointerScope scope = new PointerScope()) {
            return within(torch.zeros(new long[] {layout.size()}, device.options(type)), layout);
        }
    }

    /** The parts of a flat tensor that is laid out so; they keep its memory. */
    static ShardedState within(Tensor flat, ShardLayout layout) {
        try (PointerScope scope = new PointerScope()) {
            return new ShardedState(
                    layout, flat.scalar_type().intern(), shard -> flat.narrow(0, shard.offset(), shard.size()));
        }
    }

    /** A rank's parts of units that stand whole; they keep their memory. */
    static ShardedState within(WholeUnits units, ShardLayout layout, int partitionIndex) {
        try (PointerScope scope = new PointerScope()) {
            return new ShardedState(
                    layout,
                    units.type(),
                    shard -> units.of(shard).narrow(0, partitionIndex * shard.size(), shard.size()));
        }
    }

    /** Elements [shard size], padding included: the same tensor each time, this object's own. */
    public Tensor of(UnitShard shard) {
        return parts.get(shard);
    }

    /** Takes over the values of another state of the same layout. */
    public void copy(ShardedState other) {
        parts.forEach((shard, part) -> part.copy_(other.of(shard)));
    }

    public ScalarType type() {
        return type;
    }

    public long bytes() {
        return elements * ElementTypes.bytes(type);
    }

    public boolean closed() {
        return parts.values().stream().anyMatch(part -> part.isNull());
    }

    @Override
    public void close() {
        parts.values().forEach(Native::close);
    }
}
