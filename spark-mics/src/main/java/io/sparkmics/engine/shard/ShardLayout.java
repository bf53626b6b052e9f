package io.sparkmics.engine.shard;

import io.sparkmics.model.Model;
import io.sparkmics.model.Unit;
import java.util.ArrayList;
import java.util.List;

/** Where every unit's shard lies in a rank's model states: one after another, in the model's order. Pure arithmetic. */
public record ShardLayout(List<UnitShard> shards) {

    public ShardLayout {
        shards = List.copyOf(shards);
    }

    public static ShardLayout of(Model model, int partitionGroupSize) {
        List<UnitShard> shards = new ArrayList<>();
        long offset = 0;
        for (Unit unit : model.units()) {
            UnitShard shard = new UnitShard(unit, partitionGroupSize, offset);
            shards.add(shard);
            offset = Math.addExact(offset, shard.size());
        }
        return new ShardLayout(shards);
    }

    /** Elements of one rank's share of the parameters, padding included. */
    public long size() {
        return shards.stream().mapToLong(UnitShard::size).sum();
    }
}
