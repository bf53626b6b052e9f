package io.sparkmics.engine.shard;

import io.sparkmics.model.Model;
import io.sparkmics.model.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where every unit's shard lies in a rank's model states: one after another, in the model's order, those that are trained
 * first. So gradients and moments lie as the beginning of the parameters does. Pure arithmetic.
 */
public record ShardLayout(List<UnitShard> shards) {

    public ShardLayout {
        shards = List.copyOf(shards);
    }

    public static ShardLayout of(Model model, int partitionGroupSize) {
        List<UnitShard> shards = new ArrayList<>();
        long offset = 0;
        List<Unit> units = model.units();
        for (Unit unit : Stream.concat(
                        units.stream().filter(Unit::trainable), units.stream().filter(unit -> !unit.trainable()))
                .toList()) {
            UnitShard shard = new UnitShard(unit, partitionGroupSize, offset);
            shards.add(shard);
            offset = Math.addExact(offset, shard.size());
        }
        return new ShardLayout(shards);
    }

    /** Those that have gradients: the first of them all. */
    public List<UnitShard> trained() {
        return shards.stream().filter(shard -> shard.unit().trainable()).toList();
    }

    /** The same, of what has gradients alone. */
    public ShardLayout ofTrained() {
        return new ShardLayout(trained());
    }

    /** Elements of one rank's share of the parameters, padding included. */
    public long size() {
        return size(shards);
    }

    /** Of them, those that have gradients; they come first. */
    public long trainedSize() {
        return size(trained());
    }

    private static long size(List<UnitShard> shards) {
        return shards.stream().mapToLong(UnitShard::size).sum();
    }
}
