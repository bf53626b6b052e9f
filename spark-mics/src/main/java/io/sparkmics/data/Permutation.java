package io.sparkmics.data;

/**
 * A seeded permutation of the numbers from 0 to size, exclusive, in constant memory: a Feistel network over the next power of
 * four, walked along its cycle until it is back in range (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002).
 */
final class Permutation {

    private static final int ROUNDS = 8;

    private final long size;
    private final int halfBits;
    private final long[] keys = new long[ROUNDS];

    Permutation(long seed, long epoch, long size) {
        this.size = size;
        this.halfBits = Math.max(1, (64 - Long.numberOfLeadingZeros(size - 1) + 1) / 2);
        long state = mix(seed) ^ epoch;
        for (int round = 0; round < ROUNDS; round++) {
            keys[round] = state = mix(state + 0x9E3779B97F4A7C15L);
        }
    }

    /** Where the permutation puts an element. */
    long apply(long element) {
        long place = element;
        do {
            place = network(place);
        } while (Long.compareUnsigned(place, size) >= 0);
        return place;
    }

    private long network(long block) {
        long mask = (1L << halfBits) - 1;
        long left = block >>> halfBits;
        long right = block & mask;
        for (long key : keys) {
            long next = left ^ (mix(right ^ key) & mask);
            left = right;
            right = next;
        }
        return left << halfBits | right;
    }

    /** The finalizer of SplitMix64. */
    static long mix(long value) {
        long mixed = (value ^ value >>> 30) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
        return mixed ^ mixed >>> 31;
    }
}
