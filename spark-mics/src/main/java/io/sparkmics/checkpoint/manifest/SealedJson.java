package io.sparkmics.checkpoint.manifest;

import io.sparkmics.checkpoint.CheckpointException;
import io.sparkmics.checkpoint.Sha256;
import io.sparkmics.checkpoint.StorageCall;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A file of one JSON object of which the last field is the SHA-256 of all bytes before that field: a file that is cut short
 * or changed in any byte is told from a whole one before anything of it is parsed.
 */
final class SealedJson {

    /** More JSON than this is refused, when writing as when reading. */
    static final int MOST_BYTES = 16 << 20;

    /** The last field. */
    static final String SEAL = "sha256";

    private static final String BEFORE = ",\"" + SEAL + "\":\"";
    private static final String AFTER = "\"}\n";
    private static final int DIGITS = 64;
    private static final int LENGTH = BEFORE.length() + DIGITS + AFTER.length();

    private SealedJson() {}

    /** @param object of at least one field, without its closing brace */
    static byte[] seal(byte[] object) {
        byte[] seal = (BEFORE + digest(object, object.length) + AFTER).getBytes(StandardCharsets.US_ASCII);
        byte[] sealed = Arrays.copyOf(object, object.length + seal.length);
        System.arraycopy(seal, 0, sealed, object.length, seal.length);
        return sealed;
    }

    /**
     * Writes a file that must not exist, and reads it again; leaves none behind when that fails.
     *
     * @throws CheckpointException when it exists, or cannot be written
     */
    static void write(Path file, byte[] sealed, Configuration hadoop) {
        if (sealed.length > MOST_BYTES) {
            throw new CheckpointException("Cannot write " + file + ": it would have " + sealed.length + " bytes, and "
                    + MOST_BYTES + " are the most.");
        }
        StorageCall.run("write " + file, () -> {
            OutputStream out = file.getFileSystem(hadoop).create(file, false);
            try {
                try (out) {
                    out.write(sealed);
                }
                if (!Arrays.equals(read(file, hadoop), sealed)) {
                    throw new CheckpointException(
                            "Cannot write " + file + ": what is read there is not what was written.");
                }
            } catch (IOException | RuntimeException | FSError e) {
                StorageCall.discard(file, e, hadoop);
                throw e;
            }
        });
    }

    /** @throws CheckpointException when the file is not there, too long, cut short or changed */
    static byte[] read(Path file, Configuration hadoop) {
        byte[] bytes = bytes(file, hadoop);
        if (!isWhole(bytes)) {
            throw new CheckpointException("Cannot read " + file + ": it is cut short or damaged: its " + bytes.length
                    + " bytes do not end with a checksum.");
        }
        requireSeal(file, bytes);
        return bytes;
    }

    /**
     * As {@link #read}, of a file that may still be written.
     *
     * @return empty where its end is not there yet
     */
    static Optional<byte[]> readIfWhole(Path file, Configuration hadoop) {
        byte[] bytes = bytes(file, hadoop);
        if (!isWhole(bytes)) {
            return Optional.empty();
        }
        requireSeal(file, bytes);
        return Optional.of(bytes);
    }

    private static byte[] bytes(Path file, Configuration hadoop) {
        return StorageCall.call("read " + file, () -> {
            FileSystem files = file.getFileSystem(hadoop);
            long length = files.getFileStatus(file).getLen();
            if (length > MOST_BYTES) {
                throw new CheckpointException(
                        "Cannot read " + file + ": it has " + length + " bytes, and " + MOST_BYTES + " are the most.");
            }
            try (InputStream in = files.open(file)) {
                return in.readNBytes((int) length);
            }
        });
    }

    /** Only the end of a whole file looks like this: within a JSON string, quotes have backslashes. */
    private static boolean isWhole(byte[] bytes) {
        if (bytes.length < LENGTH) {
            return false;
        }
        String end = new String(bytes, bytes.length - LENGTH, LENGTH, StandardCharsets.ISO_8859_1);
        return end.startsWith(BEFORE) && end.endsWith(AFTER);
    }

    private static void requireSeal(Path file, byte[] bytes) {
        int content = bytes.length - LENGTH;
        String noted = new String(bytes, content + BEFORE.length(), DIGITS, StandardCharsets.ISO_8859_1);
        String found = digest(bytes, content);
        if (!found.equals(noted)) {
            throw new CheckpointException("Cannot read " + file + ": it is damaged: the SHA-256 of its content is "
                    + found + ", and " + noted + " is noted in it.");
        }
    }

    private static String digest(byte[] bytes, int length) {
        MessageDigest digest = Sha256.digest();
        digest.update(bytes, 0, length);
        return HexFormat.of().formatHex(digest.digest());
    }
}
