package io.sparkmics.job.settings;

import io.sparkmics.checkpoint.StoragePaths;
import java.io.IOException;
import java.io.Serializable;
import org.apache.hadoop.conf.Configuration;

/**
 * Where a run's first parameters come from.
 *
 * @param folder a Hadoop path of a folder of Hugging Face's library; empty: they are drawn
 * @param adapter one of PEFT, that adapters beside it start from; empty: they are drawn
 */
public record PretrainedSettings(String folder, String adapter) implements Serializable {

    /**
     * The same, by paths that mean the same in every process.
     *
     * @throws IOException when a path is none, has a password in it, or names a file system that Hadoop does not know here
     */
    public PretrainedSettings qualified(Configuration hadoop) throws IOException {
        return new PretrainedSettings(qualified(folder, hadoop), qualified(adapter, hadoop));
    }

    private static String qualified(String path, Configuration hadoop) throws IOException {
        return path.isBlank() ? path : StoragePaths.qualified(path, hadoop).toString();
    }

    /** Whether there is a folder. */
    public boolean present() {
        return !folder.isBlank();
    }

    /** Whether there is one of an adapter. */
    public boolean hasAdapter() {
        return !adapter.isBlank();
    }
}
