package io.sparkmics.checkpoint;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The checksum of files that others may have changed. */
public final class Sha256 {

    private Sha256() {}

    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256.", e);
        }
    }
}
