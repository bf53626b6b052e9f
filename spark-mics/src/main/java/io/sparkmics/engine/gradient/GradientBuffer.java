package io.sparkmics.engine.gradient;

import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.engine.device.ElementTypes;
import io.sparkmics.engine.device.FlatBuffer;
import io.sparkmics.engine.device.Native;
import io.sparkmics.engine.gather.GatheredUnit;
import io.sparkmics.engine.shard.ShardLayout;
import io.sparkmics.engine.shard.UnitShard;
import io.sparkmics.plan.GradientPlaces;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The flat buffer through which gradients take hop 1, of trained units that are not whole in their shards. Each has its two
 * tensors there from the beginning; others stand in the same bytes at other times of a micro-step, as {@link GradientPlaces}
 * says.
 */
public final class GradientBuffer implements AutoCloseable {

    private final FlatBuffer buffer;
    private final Map<UnitShard, Tensor> wholes = new IdentityHashMap<>();
    private final Map<UnitShard, Tensor> sums = new IdentityHashMap<>();

    /** @param stages the trained units of each stage, in the order of the forward pass */
    public GradientBuffer(List<List<GatheredUnit>> stages, ShardLayout layout, ScalarType type, RankDevice device) {
        List<UnitShard> shards =
                layout.trained().stream().filter(shard -> !shard.whole()).toList();
        int element = ElementTypes.bytes(type);
        GradientPlaces places = new GradientPlaces(
                stages.stream()
                        .map(units -> units.stream()
                                .map(unit -> shards.indexOf(unit.shard()))
                                .filter(index -> index >= 0)
                                .toList())
                        .toList(),
                shards.stream().map(shard -> shard.paddedSize() * element).toList(),
                shards.stream().map(shard -> shard.size() * element).toList());
        try (PointerScope scope = new PointerScope()) {
            buffer = new FlatBuffer(places.bytes(), device);
            for (int unit = 0; unit < shards.size(); unit++) {
                UnitShard shard = shards.get(unit);
                wholes.put(shard, Native.keep(buffer.tensor(places.whole(unit), shard.paddedSize(), type)));
                sums.put(shard, Native.keep(buffer.tensor(places.sum(unit), shard.size(), type)));
            }
        }
    }

    /** Elements [p · shard size]: the unit's gradients one after another, then padding. */
    Tensor whole(UnitShard shard) {
        return wholes.get(shard);
    }

    /** Elements [shard size]: this rank's part of the sum over the partition group. */
    Tensor sum(UnitShard shard) {
        return sums.get(shard);
    }

    public long bytes() {
        return buffer.size();
    }

    @Override
    public void close() {
        wholes.values().forEach(Native::close);
        sums.values().forEach(Native::close);
        buffer.close();
    }
}
