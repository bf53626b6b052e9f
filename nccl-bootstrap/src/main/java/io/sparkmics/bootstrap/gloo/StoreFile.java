package io.sparkmics.bootstrap.gloo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The file of a key-value store while ranks meet. It goes with the process at the latest; what killed processes have left goes
 * when the next one makes its own.
 */
final class StoreFile implements AutoCloseable {

    private static final String PREFIX = "spark-mics-gloo-";
    private static final String SUFFIX = ".store";

    /** Longer than any ranks take to meet. */
    private static final Duration LEFT = Duration.ofDays(1);

    private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> OPEN.forEach(StoreFile::delete)));
    }

    private final Path path;

    private StoreFile(Path path) {
        this.path = path;
    }

    /** @throws UncheckedIOException when the folder takes no file */
    static StoreFile in(Path folder) {
        try {
            deleteLeft(folder);
            Path path = Files.createTempFile(folder, PREFIX, SUFFIX);
            OPEN.add(path);
            return new StoreFile(path);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot make a file in the temporary directory: " + e.getMessage(), e);
        }
    }

    Path path() {
        return path;
    }

    @Override
    public void close() {
        OPEN.remove(path);
        delete(path);
    }

    private static void deleteLeft(Path folder) {
        Instant oldest = Instant.now().minus(LEFT);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, PREFIX + "*" + SUFFIX)) {
            for (Path file : files) {
                if (file.toFile().lastModified() < oldest.toEpochMilli()) {
                    delete(file);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // A folder that takes files and does not list them is no obstacle.
            return;
        }
    }

    /** Another user's file cannot be deleted, and need not be. */
    private static void delete(Path file) {
        file.toFile().delete();
    }
}
