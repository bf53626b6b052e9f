package io.sparkmics.checkpoint.safetensors;

import io.sparkmics.checkpoint.CheckpointException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.apache.hadoop.fs.Path;

/**
 * What the bytes of a saved tensor must add up to.
 *
 * @param crc32c of its bytes in the file, padding included: 8 hexadecimal digits in lower case
 */
public record TensorChecksum(String name, long elements, String crc32c) {

    private static final Pattern CRC = Pattern.compile("[0-9a-f]{8}");

    public TensorChecksum {
        if (elements < 0) {
            throw new IllegalArgumentException("Cannot check tensor " + name + ": it has " + elements + " elements.");
        }
        if (!CRC.matcher(crc32c).matches()) {
            throw new IllegalArgumentException(
                    "Cannot check tensor " + name + ": its CRC-32C '" + crc32c + "' is not 8 hexadecimal digits.");
        }
    }

    static TensorChecksum of(TensorInfo tensor, CRC32C crc) {
        return new TensorChecksum(tensor.name(), tensor.elements(), text(crc));
    }

    /** @throws CheckpointException when other bytes were read from the file */
    void require(CRC32C read, Path file) {
        if (!text(read).equals(crc32c)) {
            throw new CheckpointException("Cannot read tensor " + name + " from " + file + ": its CRC-32C is "
                    + text(read) + ", and " + crc32c + " was written. The file is damaged or another one.");
        }
    }

    private static String text(CRC32C crc) {
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }
}
