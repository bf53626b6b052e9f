package io.sparkmics.bootstrap.nccl;

import java.util.Arrays;

/**
 * What lets ranks into one NCCL world: an address and a 64-bit secret. Whoever has it can join, so it travels in Spark's own
 * exchange only and is never shown.
 */
final class UniqueId {

    /** As NCCL declares it. */
    static final int BYTES = 128;

    private final byte[] secret;

    UniqueId(byte[] secret) {
        if (secret.length != BYTES) {
            throw new IllegalArgumentException(
                    "Cannot read an NCCL unique id: it has " + secret.length + " bytes and must have " + BYTES + ".");
        }
        this.secret = secret.clone();
    }

    byte[] bytes() {
        return secret.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof UniqueId id && Arrays.equals(secret, id.secret);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(secret);
    }

    @Override
    public String toString() {
        return "an NCCL unique id";
    }
}
