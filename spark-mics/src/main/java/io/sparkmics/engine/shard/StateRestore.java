package io.sparkmics.engine.shard;

import io.sparkmics.bootstrap.collectives.RankDevice;
import java.io.IOException;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** Fills one rank's shards with what a source has of the whole units. */
public record StateRestore(ShardLayout layout, int partitionIndex, RankDevice device) {

    /**
     * @param states by kind, in the layout
     */
    public void fill(Map<StateKind, ShardedState> states, StateSource source) throws IOException {
        for (UnitShard shard : layout.shards()) {
            for (Map.Entry<StateKind, ShardedState> state : states.entrySet()) {
                try (PointerScope scope = new PointerScope()) {
                    fill(shard, state.getKey(), state.getValue().of(shard), source);
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
        // Straight to where they stay, but for a device: there one unit's shard passes through the host at a time.
        Tensor host = device.isCuda() ? filled.cpu() : filled;
        source.read(shard.unit(), kind, partitionIndex * shard.size(), host);
        if (device.isCuda()) {
            filled.copy_(host);
        }
    }
}
