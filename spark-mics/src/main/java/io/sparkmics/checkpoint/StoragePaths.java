package io.sparkmics.checkpoint;

import io.sparkmics.bootstrap.deadline.Sentence;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** What people type as a path, made to mean the same in every process, and compared by what it leads to. */
public final class StoragePaths {

    private static final String LOCAL = "file";

    /** {@code user:password@}, before the host; a container of Azure has no colon. */
    private static final Pattern PASSWORD = Pattern.compile("^([^:/?#]+://[^/:@]*):[^/]*@");

    private StoragePaths() {}

    /**
     * With a scheme, absolute, and on local disks through no link: another process may have another default file system or
     * another working folder, and a link can be turned round later. What does not exist yet keeps its name.
     *
     * @throws IOException when the text is no path, has a password in it, or names a file system that Hadoop does not know
     *     here
     */
    public static Path qualified(String typed, Configuration hadoop) throws IOException {
        requireNoPassword(typed);
        try {
            Path path = new Path(typed);
            FileSystem files = path.getFileSystem(hadoop);
            Path absolute = files.makeQualified(path);
            return isLocal(absolute)
                    ? new Path(LOCAL, null, real(local(absolute)).toString())
                    : absolute;
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException(
                    "Cannot use the path '" + typed + "': " + Sentence.end(e.getMessage())
                            + " Give one that Hadoop knows here.",
                    e);
        }
    }

    /**
     * A path is told in messages, in the names of jobs, in Spark's UI and event log, by Spark itself too.
     *
     * @throws IOException that does not repeat the password
     */
    public static void requireNoPassword(String typed) throws IOException {
        Matcher password = PASSWORD.matcher(typed);
        if (password.find()) {
            throw new IOException("Cannot use the path '" + password.replaceFirst("$1:***@")
                    + "': it has a password in it, and a path is shown in logs and in Spark's UI. Give the password to"
                    + " the file system's settings, as spark.hadoop.*, and leave it out of the path.");
        }
    }

    /** Whether {@code inner} is that folder or lies in it, so that it would be deleted with it; however both are spelled. */
    public static boolean holds(Path folder, Path inner, Configuration hadoop) throws IOException {
        Path outer = resolved(folder, hadoop);
        for (Path ancestor = resolved(inner, hadoop); ancestor != null; ancestor = ancestor.getParent()) {
            if (same(outer, ancestor, hadoop)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Writes a file there, and deletes it.
     *
     * @param folder that is there
     * @throws IOException when it cannot be written
     */
    public static void requireWritable(Path folder, Configuration hadoop) throws IOException {
        FileSystem files = folder.getFileSystem(hadoop);
        Path probe = new Path(folder, "probe-" + UUID.randomUUID());
        files.create(probe).close();
        files.delete(probe, false);
    }

    /** Whether a path is on the disk of the host that opens it. */
    public static boolean isLocal(Path path) {
        return LOCAL.equals(path.toUri().getScheme());
    }

    private static boolean same(Path one, Path other, Configuration hadoop) throws IOException {
        if (isLocal(one) && isLocal(other)) {
            return Files.exists(local(one)) && Files.exists(local(other))
                    ? Files.isSameFile(local(one), local(other))
                    : one.equals(other);
        }
        return one.toUri().getPath().equals(other.toUri().getPath())
                && service(one, hadoop).equals(service(other, hadoop));
    }

    /** Of an HDFS with and without its port, the same. */
    private static String service(Path path, Configuration hadoop) throws IOException {
        FileSystem files = path.getFileSystem(hadoop);
        String name = files.getCanonicalServiceName();
        return name == null ? files.getUri().toString() : files.getScheme() + "://" + name;
    }

    /** Through links and mount points. */
    private static Path resolved(Path path, Configuration hadoop) throws IOException {
        Path absolute = qualified(path.toString(), hadoop);
        if (isLocal(absolute)) {
            return absolute;
        }
        try {
            return absolute.getFileSystem(hadoop).resolvePath(absolute);
        } catch (FileNotFoundException e) {
            return absolute;
        }
    }

    private static java.nio.file.Path real(java.nio.file.Path path) throws IOException {
        if (path.getParent() == null || Files.exists(path)) {
            return path.toRealPath();
        }
        return real(path.getParent()).resolve(path.getFileName());
    }

    /** The same path, for Java. */
    public static java.nio.file.Path local(Path path) {
        return java.nio.file.Path.of(path.toUri().getPath());
    }
}
