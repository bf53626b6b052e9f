package io.sparkmics.job.cluster;

import io.sparkmics.bootstrap.deadline.Sentence;
import io.sparkmics.checkpoint.StoragePaths;
import io.sparkmics.checkpoint.TemporaryFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsAction;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;

/** The folder where a run keeps what its ranks write, apart from every other run's. */
public final class WorkDirectory {

    private static final FsPermission OWNER_ONLY = new FsPermission(FsAction.ALL, FsAction.NONE, FsAction.NONE);

    private static final int MOST_UNCOLLECTED = 4;

    /** The applications that have a listener: one each, however many runs. */
    private static final Set<String> WATCHED = ConcurrentHashMap.newKeySet();

    private WorkDirectory() {}

    /** What is wrong with the setting itself, as far as it can be told without writing there. */
    public static Optional<String> problem(String setting, Configuration hadoop) {
        if (setting.isBlank()) {
            return Optional.empty();
        }
        try {
            StoragePaths.requireNoPassword(setting);
        } catch (IOException e) {
            return Optional.of(e.getMessage());
        }
        try {
            new Path(setting).getFileSystem(hadoop);
            return Optional.empty();
        } catch (IOException | RuntimeException e) {
            return Optional.of("Cannot keep the model in " + setting + ": " + reason(e)
                    + ". Set workDirectory to a path on a file system that Hadoop knows here, or leave it empty.");
        }
    }

    /** Of a path that is none, Hadoop gives the exception's name too. */
    private static String reason(Exception e) {
        Throwable cause = e.getCause() instanceof URISyntaxException syntax ? syntax : e;
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    /**
     * @param setting what the user asked for; empty: under the default file system
     * @return a new folder, which goes with the application at the latest
     */
    public static TemporaryFolder create(String setting, Configuration hadoop, String application) {
        String parent = setting;
        try {
            parent = setting.isBlank() ? parent(hadoop) : setting;
            Path run = new Path(StoragePaths.qualified(parent, hadoop), "spark-mics-run-" + UUID.randomUUID());
            FileSystem files = run.getFileSystem(hadoop);
            if (!make(files, run)) {
                throw new IOException("the folder was not made");
            }
            return TemporaryFolder.of(run, files, application);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot make a work directory in " + parent + ": " + Sentence.end(e.getMessage())
                            + " Set workDirectory to a path that can be written.",
                    e);
        }
    }

    /**
     * Weights are not for every user of a host. Elsewhere than on a local disk ranks may have another name than the driver,
     * and who comes in is the storage's to say.
     */
    private static boolean make(FileSystem files, Path run) throws IOException {
        if (!StoragePaths.isLocal(run)) {
            return files.mkdirs(run);
        }
        boolean made = files.mkdirs(run, OWNER_ONLY);
        FsPermission parent = files.getFileStatus(run.getParent()).getPermission();
        if (parent.getGroupAction().implies(FsAction.WRITE)
                && !parent.getOtherAction().implies(FsAction.WRITE)) {
            // A folder that a group was given to work in.
            files.setPermission(run, new FsPermission(FsAction.ALL, FsAction.ALL, FsAction.NONE));
        }
        return made;
    }

    /**
     * Whether what is left in a run's folder is still there when it is needed: nobody looks for it among a host's temporary
     * files.
     *
     * @param setting what the user asked for
     * @param run the folder that was made for it
     */
    public static boolean lasts(String setting, Path run) {
        return !setting.isBlank() || !StoragePaths.isLocal(run);
    }

    private static String parent(Configuration hadoop) throws IOException {
        FileSystem files = FileSystem.get(hadoop);
        return "file".equals(files.getScheme())
                ? "file:" + System.getProperty("java.io.tmpdir")
                : files.getHomeDirectory() + "/.spark-mics";
    }

    /**
     * @throws IllegalStateException for a local folder that the executors' hosts are not said to share
     */
    static void requireShared(Path run, boolean shared, boolean severalHosts) {
        if (StoragePaths.isLocal(run) && severalHosts && !shared) {
            throw new IllegalStateException("Cannot keep the model in " + run.getParent()
                    + ": it is a local folder, and the executors run on several hosts. Set workDirectory to a path"
                    + " that all of them see, or sharedWorkDirectory if this one is mounted on all.");
        }
    }

    /** Asked on an executor, before hours of training: whether the folder that the driver made is there and takes files. */
    static Optional<String> problemOnExecutor(Path run, Configuration hadoop) {
        try {
            if (!run.getFileSystem(hadoop).exists(run)) {
                return Optional.of(
                        "Cannot keep the model in " + run.getParent() + ": the folder that the driver has made"
                                + " there is not seen. Set workDirectory to a path that driver and executors share.");
            }
            StoragePaths.requireWritable(run, hadoop);
            return Optional.empty();
        } catch (IOException | RuntimeException e) {
            return Optional.of("Cannot write to " + run + ": " + reason(e)
                    + ". Set workDirectory to a path that the executors' user can write.");
        }
    }

    /**
     * Before another folder is made: those of models that nobody refers to any more go, and the rest goes with the
     * application. Spark ends it in its own shutdown hook too, so this also holds where nobody calls stop.
     */
    public static void tidy(SparkContext spark) {
        String application = spark.applicationId();
        if (TemporaryFolder.count(application) >= MOST_UNCOLLECTED) {
            // A search over many settings drops models faster than the driver's heap fills.
            System.gc();
        }
        if (WATCHED.add(application)) {
            spark.addSparkListener(new SparkListener() {
                @Override
                public void onApplicationEnd(SparkListenerApplicationEnd end) {
                    TemporaryFolder.deleteAll(application);
                    WATCHED.remove(application);
                }
            });
        }
    }

    /** Deletes the folder of a run that failed; what cannot be deleted must not hide why it failed. */
    public static void delete(TemporaryFolder run, Throwable cause) {
        try {
            run.delete();
        } catch (IOException | RuntimeException e) {
            cause.addSuppressed(e);
        }
    }
}
