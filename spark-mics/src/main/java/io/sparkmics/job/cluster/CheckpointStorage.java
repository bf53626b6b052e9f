package io.sparkmics.job.cluster;

import io.sparkmics.bootstrap.deadline.Sentence;
import io.sparkmics.checkpoint.StoragePaths;
import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Whether checkpoints can be written where they shall be, asked before hours of training. */
public final class CheckpointStorage {

    private CheckpointStorage() {}

    /**
     * Asked on the driver; makes the directory.
     *
     * @param setting what the user asked for
     */
    public static Optional<String> problem(String setting, Configuration hadoop) {
        try {
            return problemOnExecutor(StoragePaths.qualified(setting, hadoop), hadoop);
        } catch (IOException e) {
            return Optional.of(e.getMessage());
        }
    }

    /** Asked on an executor. */
    static Optional<String> problemOnExecutor(Path directory, Configuration hadoop) {
        try {
            directory.getFileSystem(hadoop).mkdirs(directory);
            StoragePaths.requireWritable(directory, hadoop);
            return Optional.empty();
        } catch (IOException | RuntimeException e) {
            return Optional.of("Cannot write checkpoints to " + directory + ": " + Sentence.end(e.getMessage())
                    + " Set checkpointDirectory to a path that driver and executors can write.");
        }
    }

    /** @throws IllegalStateException for a local directory that the executors' hosts are not said to share */
    static void requireShared(Path directory, boolean shared, boolean severalHosts) {
        if (StoragePaths.isLocal(directory) && severalHosts && !shared) {
            throw new IllegalStateException("Cannot write checkpoints to " + directory
                    + ": it is a local folder, and the executors run on several hosts. Set checkpointDirectory to a path"
                    + " that all of them see, or sharedWorkDirectory if this one is mounted on all.");
        }
    }
}
