package io.sparkmics.job.settings;

import io.sparkmics.checkpoint.StoragePaths;
import java.io.IOException;
import java.io.Serializable;
import org.apache.hadoop.conf.Configuration;

/**
 * Where a run's first parameters come from.
 *
 * @param folder a Hadoop path of a folder of Hugging Face's library; empty: they are drawn
 */
public record PretrainedSettings(String folder) implements Serializable {

    /**
     * The same, by a path that means the same in every process.
     *
     * @throws IOException when the path is none, has a password in it, or names a file system that Hadoop does not know here
     */
    public PretrainedSettings qualified(Configuration hadoop) throws IOException {
        return present()
                ? new PretrainedSettings(StoragePaths.qualified(folder, hadoop).toString())
                : this;
    }

    /** Whether there is a folder. */
    public boolean present() {
        return !folder.isBlank();
    }
}
