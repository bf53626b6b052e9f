package io.sparkmics.data;

import java.io.Serializable;
import java.util.Arrays;

/**
 * One number for each {@link Count}. Travels as a bare array where Spark's configured serializer may be Kryo, which does
 * not know our classes.
 */
final class PartitionCounts implements Serializable {

    private static final long serialVersionUID = 1L;

    private final long[] values;

    PartitionCounts() {
        this(new long[Count.values().length]);
    }

    PartitionCounts(long[] values) {
        this.values = values;
    }

    long get(Count count) {
        return values[count.ordinal()];
    }

    void set(Count count, long value) {
        values[count.ordinal()] = value;
    }

    void add(Count count, long value) {
        values[count.ordinal()] += value;
    }

    TokenHash tokenHash() {
        return new TokenHash(get(Count.TOKEN_HASH), get(Count.HASHED));
    }

    long[] toArray() {
        return values.clone();
    }

    boolean sameAs(PartitionCounts other) {
        return Arrays.equals(values, other.values);
    }
}
