package io.sparkmics.engine.shard;

import io.sparkmics.bootstrap.collectives.RankDevice;
import java.io.IOException;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.DeviceType;

/** Fills one rank's shards with what a source has of the whole units. */
public record StateRestore(ShardLayout layout, int partitionIndex, RankDevice device) {

    /**
     * @param states by kind, in the layout
     */
    public void fill(Map<StateKind, ShardedState> states, StateSource source) throws IOException {
        for (UnitShard shard : layout.shards()) {
            for (Map.Entry<StateKind, ShardedState> state : states.entrySet()) {
                if (state.getKey().isKeptOf(shard.unit())) {
                    try (PointerScope scope = new PointerScope()) {
                        fill(shard, state.getKey(), state.getValue(), source);
                    }
                }
            }
        }
    }

    private void fill(UnitShard shard, StateKind kind, ShardedState state, StateSource source) throws IOException {
        Tensor own = state.of(shard);
        long elements = shard.filledSize(partitionIndex);
        own.narrow(0, elements, shard.size() - elements).zero_();
        if (elements == 0) {
            return;
        }
        Tensor filled = own.narrow(0, 0, elements);
        // Straight to where they stay, where they can be: if not, one unit's shard passes through the host at a time.
        boolean straight = !device.isCuda() && own.scalar_type().intern() == state.type();
        Tensor host = straight ? filled : filled.to(new Device(DeviceType.CPU), state.type());
        source.read(shard.unit(), kind, partitionIndex * shard.size(), host);
        if (!straight) {
            filled.copy_(host);
        }
    }
}
