package io.sparkmics.engine.shard;

import io.sparkmics.model.Unit;

/**
 * How one unit is cut into shards: padded to a multiple of the partition group's size, one equal part for each rank.
 *
 * @param unit what is cut
 * @param parts the size p of the partition group
 * @param offset where this unit's shard begins in a rank's model states, in elements
 */
public record UnitShard(Unit unit, int parts, long offset) {

    /** Whether the shard is the whole unit: then nothing is gathered, and hop 1 has nothing to do. */
    public boolean whole() {
        return parts == 1;
    }

    /** Elements of one rank's shard, padding included. */
    public long size() {
        return (unit.size() + parts - 1) / parts;
    }

    /** Elements of the gathered unit, padding included. */
    public long paddedSize() {
        return size() * parts;
    }

    /** How many of a shard's elements are the unit's, not padding; they come first. */
    public long filledSize(int index) {
        return Math.max(0, Math.min(size(), unit.size() - index * size()));
    }

    /** How many of a shard's elements weight decay applies to; they come first. */
    public long decayedSize(int index) {
        return Math.max(0, Math.min(size(), unit.decayedSize() - index * size()));
    }
}
