package io.sparkmics.engine.shard;

import java.nio.charset.StandardCharsets;

/** Seeds of private generators, from names and numbers that do not depend on world, group or micro-batch size. */
public final class Seeds {

    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
    private static final long FNV_OFFSET = 0xCBF29CE484222325L;
    private static final long FNV_PRIME = 0x100000001B3L;

    private Seeds() {}

    static long ofParameter(long seed, String name) {
        return mix(mix(seed) + hash(name));
    }

    public static long ofMask(long seed, long step, long slot, String site) {
        return mix(mix(mix(mix(seed) + hash(site)) + step) + slot);
    }

    /** The finalizer of SplitMix64: every input bit reaches every output bit. */
    public static long mix(long value) {
        long mixed = value + GOLDEN_GAMMA;
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }

    /** FNV-1a, 64 bits. */
    private static long hash(String name) {
        long hash = FNV_OFFSET;
        for (byte octet : name.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (octet & 0xFF)) * FNV_PRIME;
        }
        return hash;
    }
}
