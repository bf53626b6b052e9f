package io.sparkmics.checkpoint;

import io.sparkmics.bootstrap.deadline.Sentence;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The weights of a Hugging Face folder as they were at one moment. Another file of the same length is told apart by its time
 * and, where clocks are coarse or the host is another, by samples of its bytes.
 *
 * @param folder qualified
 * @param length of the file, in bytes; where there are several, of all together
 * @param modified when it, or the last of several, was written, in milliseconds since 1970
 * @param fingerprint SHA-256 over 64 blocks of 4 KiB, evenly spread; over all bytes of a file that is not longer; of several
 *     files, over these of each
 */
public record WeightsVersion(String folder, long length, long modified, String fingerprint) implements Serializable {

    private static final int BLOCK = 4096;
    private static final int BLOCKS = 64;

    /** @throws CheckpointException where there are no weights */
    public static WeightsVersion of(Path folder, Configuration hadoop) {
        try {
            FileSystem files = folder.getFileSystem(hadoop);
            long length = 0;
            long modified = 0;
            List<String> fingerprints = new ArrayList<>();
            for (Path file : new WeightFiles(folder, hadoop).paths()) {
                FileStatus status = files.getFileStatus(file);
                length += status.getLen();
                modified = Math.max(modified, status.getModificationTime());
                fingerprints.add(fingerprint(files, file, status.getLen()));
            }
            return new WeightsVersion(files.makeQualified(folder).toString(), length, modified, together(fingerprints));
        } catch (IOException e) {
            throw new CheckpointException(
                    "Cannot read the weights from " + new HuggingFaceFolder(folder, hadoop).weights() + ": "
                            + Sentence.end(e.getMessage())
                            + " Weights that were not saved end with the application that trained them.",
                    e);
        }
    }

    private static String together(List<String> fingerprints) {
        return fingerprints.size() == 1 ? fingerprints.get(0) : hex(String.join("", fingerprints));
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(Sha256.digest().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** A name for it: letters and digits. */
    public String key() {
        return hex(String.join(" ", folder, Long.toString(length), Long.toString(modified), fingerprint));
    }

    /** @throws CheckpointException when the weights are gone, or have been written since */
    public void requireUnchanged(Configuration hadoop) {
        WeightsVersion now = of(path(), hadoop);
        require(now.modified == modified && sameContents(now), now);
    }

    /**
     * As {@link #requireUnchanged}, in any process: a local folder may be each host's own copy, with a time of its own.
     */
    public void requireContents(Configuration hadoop) {
        WeightsVersion now = of(path(), hadoop);
        require((now.modified == modified || StoragePaths.isLocal(path())) && sameContents(now), now);
    }

    public Path path() {
        return new Path(folder);
    }

    private boolean sameContents(WeightsVersion other) {
        return other.length == length && other.fingerprint.equals(fingerprint);
    }

    private void require(boolean holds, WeightsVersion now) {
        if (!holds) {
            throw new CheckpointException(
                    "Cannot use the weights in " + folder + ": they are not those that the model was"
                            + " made with (" + describe() + "), but others (" + now.describe()
                            + "). Load the model again to use these.");
        }
    }

    private String describe() {
        return length + " bytes of " + Instant.ofEpochMilli(modified) + ", fingerprint " + fingerprint.substring(0, 8);
    }

    private static String fingerprint(FileSystem files, Path file, long length) throws IOException {
        MessageDigest digest = Sha256.digest();
        byte[] block = new byte[BLOCK];
        try (FSDataInputStream in = files.open(file)) {
            if (length <= (long) BLOCK * BLOCKS) {
                digest.update(in.readNBytes((int) length));
            } else {
                for (int i = 0; i < BLOCKS; i++) {
                    // By parts, or the product of an enormous file would not fit a long.
                    long last = length - BLOCK;
                    in.readFully(last / (BLOCKS - 1) * i + last % (BLOCKS - 1) * i / (BLOCKS - 1), block);
                    digest.update(block);
                }
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
