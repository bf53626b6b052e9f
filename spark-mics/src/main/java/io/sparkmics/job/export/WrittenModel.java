package io.sparkmics.job.export;

import io.sparkmics.checkpoint.CheckpointException;
import io.sparkmics.checkpoint.WeightsVersion;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * What a task says it has written.
 *
 * @param folder the Hugging Face folder
 * @param host whose disk that may be
 * @param bytes of the weights, in one file or in several
 */
public record WrittenModel(String folder, String host, long bytes) {

    /** @throws IllegalStateException when the driver does not see what the rank has written, as it wrote it */
    public WeightsVersion require(Configuration hadoop) {
        try {
            WeightsVersion found = WeightsVersion.of(new Path(folder), hadoop);
            if (found.length() == bytes) {
                return found;
            }
            throw missing(found.length() + " bytes", null);
        } catch (CheckpointException e) {
            throw missing("none", e);
        }
    }

    private IllegalStateException missing(String found, Exception cause) {
        return new IllegalStateException(
                "Cannot find the trained weights: host " + host + " has written " + bytes + " bytes to " + folder
                        + ", and the driver sees " + found
                        + " there. Set workDirectory to a path that driver and executors share.",
                cause);
    }
}
