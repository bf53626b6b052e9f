package io.sparkmics.checkpoint;

import io.sparkmics.bootstrap.deadline.Sentence;
import java.io.IOException;
import java.io.Serializable;
import java.lang.ref.Cleaner;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.ShutdownHookManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder that is deleted when nobody refers to this handle any more, when its owner ends, or with the process: what comes
 * first. Whatever refers to files in the folder holds on to the handle. In another process it is a mere name, and deletes
 * nothing. Thread-safe.
 */
public final class TemporaryFolder implements Serializable {

    private static final long serialVersionUID = 1L;

    private final String path;
    private final transient Deletion deletion;

    private TemporaryFolder(Path path, Deletion deletion) {
        this.path = path.toString();
        this.deletion = deletion;
        Deletion.CLEANER.register(this, deletion);
    }

    /**
     * Takes over a folder that is there.
     *
     * @param owner whose end is the folder's: see {@link #deleteAll}
     */
    public static TemporaryFolder of(Path folder, FileSystem files, String owner) {
        Deletion deletion = new Deletion(folder, files, owner);
        Deletion.OPEN.add(deletion);
        return new TemporaryFolder(folder, deletion);
    }

    /** How many folders of an owner are still there. */
    public static int count(String owner) {
        return (int)
                Deletion.OPEN.stream().filter(open -> open.owner.equals(owner)).count();
    }

    /** Deletes all folders of an owner. */
    public static void deleteAll(String owner) {
        Deletion.OPEN.stream().filter(open -> open.owner.equals(owner)).forEach(Deletion::run);
    }

    public Path path() {
        return new Path(path);
    }

    /** Deletes it now; a second time is nothing. */
    public void delete() throws IOException {
        if (deletion != null) {
            deletion.delete();
        }
    }

    /**
     * Keeps a part of it for good, and deletes the rest now, as far as that can be: whoever needs the part deletes it.
     *
     * @param name of a file or folder in this one
     */
    public void keepOnly(String name) {
        if (deletion != null) {
            deletion.deleteAllBut(name);
        }
    }

    /** Knows nothing of the handle, or that would always be referred to. */
    private static final class Deletion implements Runnable {

        private static final Logger LOG = LoggerFactory.getLogger(TemporaryFolder.class);
        private static final Cleaner CLEANER = Cleaner.create();
        private static final Set<Deletion> OPEN = ConcurrentHashMap.newKeySet();

        static {
            // After Spark's applications have stopped, before Hadoop's file systems close: hooks run from high to low.
            ShutdownHookManager.get()
                    .addShutdownHook(() -> OPEN.forEach(Deletion::run), FileSystem.SHUTDOWN_HOOK_PRIORITY + 10);
        }

        private final Path folder;
        private final FileSystem files;
        private final String owner;

        Deletion(Path folder, FileSystem files, String owner) {
            this.folder = folder;
            this.files = files;
            this.owner = owner;
        }

        @Override
        public void run() {
            try {
                delete();
            } catch (IOException | RuntimeException e) {
                LOG.warn("Cannot delete {}: {} Delete it by hand.", folder, Sentence.end(e.getMessage()));
            }
        }

        void delete() throws IOException {
            if (OPEN.remove(this)) {
                files.delete(folder, true);
            }
        }

        void deleteAllBut(String name) {
            if (!OPEN.remove(this)) {
                return;
            }
            try {
                for (FileStatus file : files.listStatus(folder)) {
                    if (!file.getPath().getName().equals(name)) {
                        files.delete(file.getPath(), true);
                    }
                }
            } catch (IOException | RuntimeException e) {
                LOG.warn(
                        "Cannot delete what is left in {} beside {}: {}. Delete it by hand.",
                        folder,
                        name,
                        e.getMessage());
            }
        }
    }
}
