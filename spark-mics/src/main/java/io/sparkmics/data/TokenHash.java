package io.sparkmics.data;

import java.util.Locale;

/**
 * A polynomial hash of a row of numbers, modulo 2 to the 64: that of two rows, one behind the other, follows from theirs, so
 * it does not matter where a row was cut. No defence against malice, only against data that differs.
 */
final class TokenHash {

    /** Odd, so that its powers lose nothing. */
    private static final long BASE = 0x9E3779B97F4A7C15L;

    private long value;
    private long length;

    TokenHash() {
        this(0, 0);
    }

    TokenHash(long value, long length) {
        this.value = value;
        this.length = length;
    }

    long value() {
        return value;
    }

    /** How many numbers it is of. */
    long length() {
        return length;
    }

    void add(int number) {
        // Numbers that are close would else differ in their low bits only, as powers far apart do.
        value = value * BASE + Permutation.mix(number + BASE);
        length++;
    }

    /** Adds all that the other one is of. */
    void add(TokenHash next) {
        value = value * power(next.length) + next.value;
        length += next.length;
    }

    private static long power(long exponent) {
        long power = 1;
        long square = BASE;
        for (long left = exponent; left > 0; left >>= 1) {
            power *= (left & 1) == 1 ? square : 1;
            square *= square;
        }
        return power;
    }

    /** All of it and a seed, as 16 hexadecimal digits. */
    String digest(long seed) {
        long digest = Permutation.mix(Permutation.mix(Permutation.mix(seed) + length) + value);
        return String.format(Locale.ROOT, "%016x", digest);
    }
}
