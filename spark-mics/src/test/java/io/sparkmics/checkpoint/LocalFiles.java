package io.sparkmics.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What happens to files on a disk. */
final class LocalFiles {

    private LocalFiles() {}

    static org.apache.hadoop.fs.Path hadoop(Path path) {
        return new org.apache.hadoop.fs.Path(path.toUri());
    }

    static Path local(CheckpointFolder folder, String file) {
        return Path.of(folder.path().toUri().getPath(), file);
    }

    /** Whatever Hadoop's own checksums would have said: other file systems have none. */
    static void replace(Path file, byte[] content) {
        try {
            Files.deleteIfExists(file.resolveSibling("." + file.getFileName() + ".crc"));
            Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void swap(Path one, Path other) {
        byte[] content = read(one);
        replace(one, read(other));
        replace(other, content);
    }
}
