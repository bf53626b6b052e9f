package io.sparkmics.data;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * One number for each {@link Count}, and of each column of rows two for each {@link RowProblem.Kind}: how many rows have it, and
 * an example's bits. Travels as a bare array where Spark's configured serializer may be Kryo, which does
 * not know our classes.
 */
final class PartitionCounts implements Serializable {

    private static final long serialVersionUID = 1L;

    private final long[] values;

    PartitionCounts() {
        this(new long[Count.values().length]);
    }

    /** @param columns of rows; 0: of a stream */
    static PartitionCounts of(int columns) {
        return new PartitionCounts(new long[Count.values().length + columns * RowProblem.Kind.values().length * 2]);
    }

    PartitionCounts(long[] values) {
        this.values = values;
    }

    static long sum(List<PartitionCounts> partitions, Count count) {
        return partitions.stream().mapToLong(partition -> partition.get(count)).sum();
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

    void add(RowProblem problem) {
        int place = place(problem.column(), problem.kind());
        values[place]++;
        values[place + 1] = Double.doubleToLongBits(problem.example());
    }

    long rows(int column, RowProblem.Kind kind) {
        return values[place(column, kind)];
    }

    /** Where there are rows that have it. */
    RowProblem problem(int column, RowProblem.Kind kind) {
        return new RowProblem(column, kind, Double.longBitsToDouble(values[place(column, kind) + 1]));
    }

    private static int place(int column, RowProblem.Kind kind) {
        return Count.values().length + (column * RowProblem.Kind.values().length + kind.ordinal()) * 2;
    }

    /** @param count that is the bits of a double, as {@link #weight} reads it */
    void addWeight(Count count, double weight) {
        set(count, Double.doubleToLongBits(weight(count) + weight));
    }

    double weight(Count count) {
        return Double.longBitsToDouble(get(count));
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
