package io.sparkmics.scoring;

import io.sparkmics.checkpoint.StorageCall;
import io.sparkmics.checkpoint.WeightFiles;
import io.sparkmics.checkpoint.WeightsVersion;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;

/**
 * A model's weights on a disk of this host: copied there and checked once, by the first process that needs them, and used by all
 * that share the folder. Thread-safe. Nobody writes to them then, whatever becomes of those that were copied.
 */
final class LocalWeights {

    /** As long as a copy may take; that another process copies is seen to end with that process. */
    private static final Duration TIMEOUT = Duration.ofHours(1);

    private static final Set<PosixFilePermission> OWN = PosixFilePermissions.fromString("rwx------");

    private static final long POLL_MILLIS = 100;

    private final Path shared;
    private final Duration timeout;

    /** @param shared a folder, there or not, of this user alone */
    LocalWeights(Path shared) {
        this(shared, TIMEOUT);
    }

    LocalWeights(Path shared, Duration timeout) {
        this.shared = shared;
        this.timeout = timeout;
    }

    /**
     * The folder of the copy.
     *
     * @throws io.sparkmics.checkpoint.CheckpointException when the weights are not those of the version, are damaged, or cannot
     *     be copied
     */
    Path of(WeightsVersion version, Configuration hadoop) {
        Path copy = shared.resolve(version.key());
        return StorageCall.call("copy the weights of " + version.folder() + " to " + copy, () -> {
            create();
            try (FileChannel channel = FileChannel.open(
                            shared.resolve(version.key() + ".lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
                    FileLock lock = lock(channel)) {
                if (!Files.exists(copy)) {
                    copy(version, copy, hadoop);
                }
                return copy;
            }
        });
    }

    /** For this user alone: whoever writes there says what the model says, and whoever reads there has it. */
    private void create() throws IOException {
        Files.createDirectories(shared.getParent());
        try {
            Files.createDirectory(shared, PosixFilePermissions.asFileAttribute(OWN));
        } catch (FileAlreadyExistsException there) {
            if (!Files.getPosixFilePermissions(shared, LinkOption.NOFOLLOW_LINKS)
                            .equals(OWN)
                    || !Files.isWritable(shared)) {
                throw new IOException("the folder " + shared + " is not this user's alone. Delete it", there);
            }
        }
    }

    private FileLock lock(FileChannel channel) throws IOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            try {
                FileLock lock = channel.tryLock();
                if (lock != null) {
                    return lock;
                }
            } catch (OverlappingFileLockException thread) {
                // One of this process.
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("another task of this host has been at it for " + timeout
                        + ". End it, or look why the storage is so slow");
            }
            pause();
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the task was interrupted", e);
        }
    }

    /** It has its name when it is whole and checked. */
    private static void copy(WeightsVersion version, Path copy, Configuration hadoop) throws IOException {
        Path begun = Files.createDirectory(copy.resolveSibling(copy.getFileName() + "." + UUID.randomUUID()));
        try {
            var target = new org.apache.hadoop.fs.Path(begun.toUri());
            new WeightFiles(version.path(), hadoop).copyTo(target);
            new WeightFiles(target, hadoop).check();
            // They may have been replaced while they were read.
            version.requireContents(hadoop);
            Files.move(begun, copy, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException failure) {
            delete(begun, failure);
            throw failure;
        }
    }

    private static void delete(Path begun, Exception failure) {
        try (var files = Files.list(begun)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.delete(file);
            }
            Files.delete(begun);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }
}
