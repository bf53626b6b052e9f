package io.sparkmics.bootstrap;

/**
 * Which part of a tensor is whose: a range of its elements for each member of a group, some of them empty. Indices count in a
 * circle.
 */
public final class Chunks {

    private final long[] starts;
    private final long[] lengths;

    private Chunks(long[] starts, long[] lengths) {
        this.starts = starts.clone();
        this.lengths = lengths.clone();
    }

    /** All of a tensor, in equal ranges as far as they go, then a shorter, then empty ones. */
    public static Chunks of(long size, int members) {
        return of(0, size, members, members);
    }

    /**
     * The elements from {@code begin} on, in equal ranges as far as they go, then a shorter, then empty ones.
     *
     * @param owners how many members have any: the first ones
     */
    public static Chunks of(long begin, long size, int owners, int members) {
        long each = (size + owners - 1) / owners;
        long[] starts = new long[members];
        long[] lengths = new long[members];
        for (int member = 0; member < members; member++) {
            long start = Math.min(size, member * each);
            starts[member] = begin + start;
            lengths[member] = member < owners ? Math.min(each, size - start) : 0;
        }
        return new Chunks(starts, lengths);
    }

    /** These ranges, which do not overlap. */
    public static Chunks at(long[] starts, long[] lengths) {
        if (starts.length != lengths.length || starts.length == 0) {
            throw new IllegalArgumentException("Cannot cut a tensor: there are " + starts.length + " starts and "
                    + lengths.length + " lengths, and each member needs one of both.");
        }
        return new Chunks(starts, lengths);
    }

    public int members() {
        return starts.length;
    }

    public long start(int index) {
        return starts[Math.floorMod(index, members())];
    }

    public long length(int index) {
        return lengths[Math.floorMod(index, members())];
    }

    public long end(int index) {
        return start(index) + length(index);
    }

    /** The length of the longest. */
    public long longest() {
        long longest = 0;
        for (long length : lengths) {
            longest = Math.max(longest, length);
        }
        return longest;
    }
}
