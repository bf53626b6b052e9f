package io.sparkmics.checkpoint.manifest;

import io.sparkmics.checkpoint.safetensors.TensorChecksum;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A safetensors file as it was written.
 *
 * @param file its name, plain
 * @param length of the whole file, in bytes
 * @param tensors in the order of the file
 */
public record ShardFile(String file, long length, List<TensorChecksum> tensors) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,100}\\.safetensors");

    public ShardFile {
        if (!NAME.matcher(file).matches()) {
            throw new IllegalArgumentException("Cannot use a file of tensors named '" + file
                    + "': it is not a plain name like " + name(0, 1) + ".");
        }
        if (length < Long.BYTES) {
            throw new IllegalArgumentException("Cannot use " + file + ": its length is " + length + " bytes.");
        }
        tensors = List.copyOf(tensors);
    }

    /** What the file of one rank's shards is called. */
    public static String name(int index, int of) {
        return stem(index, of) + ".safetensors";
    }

    /** What the file is called that says how one rank's shards were written. */
    public static String partName(int index, int of) {
        return stem(index, of) + ".json";
    }

    private static String stem(int index, int of) {
        return String.format(Locale.ROOT, "shard-%05d-of-%05d", index, of);
    }
}
