package io.sparkmics.checkpoint.manifest;

import io.sparkmics.checkpoint.safetensors.TensorChecksum;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the shards of a checkpoint must hold, from arithmetic. */
final class ShardCheck {

    private final Manifest.Sharding sharding;
    private final Manifest.States states;
    private final Map<String, Long> expected = new HashMap<>();

    ShardCheck(Manifest.Sharding sharding, Manifest.States states, Manifest.Model model) {
        this.sharding = sharding;
        this.states = states;
        int p = sharding.partitionGroupSize();
        long tensors = model.units().stream()
                .mapToLong(unit -> states.kindsOf(unit).size())
                .sum();
        if (tensors > Manifest.MOST_TENSORS / p) {
            throw wrong(p + " shards of " + tensors + " tensors are more than " + Manifest.MOST_TENSORS + " in all");
        }
        for (Manifest.UnitSize unit : model.units()) {
            for (String kind : states.kindsOf(unit)) {
                expected.put(Manifest.tensorName(unit.name(), kind), unit.shardElements(p));
            }
        }
        if (expected.size() != tensors) {
            throw wrong("two of its " + tensors + " tensors have one name");
        }
    }

    int tensors() {
        return expected.size();
    }

    void requireAll(List<ShardFile> shards) {
        int p = sharding.partitionGroupSize();
        if (shards.size() != p) {
            throw wrong("it has " + shards.size() + " shards, and a partition group of " + p);
        }
        requireTensors(shards.get(0));
        long length = Manifest.header(states.type(), shards.get(0).tensors()).fileLength();
        for (int index = 0; index < p; index++) {
            ShardFile shard = shards.get(index);
            String name = ShardFile.name(index, p);
            if (!shard.file().equals(name)) {
                throw wrong("its shard " + index + " is " + shard.file() + ", and must be " + name);
            }
            if (shard.length() != length) {
                throw wrong(name + " has " + shard.length() + " bytes, and its tensors make " + length);
            }
            requireSame(shards.get(0), shard);
        }
    }

    private void requireTensors(ShardFile shard) {
        Map<String, Long> missing = new HashMap<>(expected);
        for (TensorChecksum tensor : shard.tensors()) {
            Long elements = missing.remove(tensor.name());
            if (elements == null) {
                throw wrong(shard.file() + " has a tensor " + tensor.name() + " twice, or no unit has such a state");
            }
            if (elements != tensor.elements()) {
                throw wrong("tensor " + tensor.name() + " of " + shard.file() + " has " + tensor.elements()
                        + " elements, and the unit's size makes " + elements);
            }
        }
        if (!missing.isEmpty()) {
            throw wrong(shard.file() + " has no tensor "
                    + missing.keySet().iterator().next());
        }
    }

    private static void requireSame(ShardFile first, ShardFile other) {
        for (int i = 0; i < Math.max(first.tensors().size(), other.tensors().size()); i++) {
            TensorChecksum one = i < first.tensors().size() ? first.tensors().get(i) : null;
            TensorChecksum two = i < other.tensors().size() ? other.tensors().get(i) : null;
            if (one == null || two == null || !one.name().equals(two.name()) || one.elements() != two.elements()) {
                throw wrong(other.file() + " has " + two + " where " + first.file() + " has " + one);
            }
        }
    }

    private static IllegalArgumentException wrong(String reason) {
        return new IllegalArgumentException("Cannot describe a checkpoint: " + reason + ".");
    }
}
