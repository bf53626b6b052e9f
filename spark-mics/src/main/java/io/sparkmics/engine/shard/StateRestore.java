package io.sparkmics.engine.shard;

import io.sparkmics.bootstrap.collectives.RankDevice;
import java.io.IOException;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Fills one rank's shards with what a source has of the whole units.
 *
 * @param type that sources fill; parts that are kept in another are made of it
 */
public record StateRestore(ShardLayout layout, int partitionIndex, RankDevice device, ScalarType type) {

    /**
     * @param states of each kind the part of a unit that is this rank's: a view, of the caller's scope
     */
    public void fill(Map<StateKind, Function<UnitShard, Tensor>> states, StateSource source) throws IOException {
        for (UnitShard shard : layout.shards()) {
            for (Map.Entry<StateKind, Function<UnitShard, Tensor>> state : states.entrySet()) {
                if (!state.getKey().isKeptOf(shard.unit())) {
                    continue;
                }
                try (PointerScope scope = new PointerScope()) {
                    fill(shard, state.getKey(), state.getValue().apply(shard), source);
                }
            }
        }
    }

    private void fill(UnitShard shard, StateKind kind, Tensor own, StateSource source) throws IOException {
        long elements = shard.filledSize(partitionIndex);
        own.narrow(0, elements, shard.size() - elements).zero_();
        if (elements == 0) {
            return;
        }
        Tensor filled = own.narrow(0, 0, elements);
        // Straight to where they stay, where they can be: if not, one unit's shard passes through the host at a time.
        boolean straight = !device.isCuda() && own.scalar_type().intern() == type;
        Tensor host = straight ? filled : filled.to(new Device(DeviceType.CPU), type);
        source.read(shard.unit(), kind, partitionIndex * shard.size(), host);
        if (!straight) {
            filled.copy_(host);
        }
    }
}
