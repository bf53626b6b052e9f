package io.sparkmics.bootstrap.memory;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.sparkmics.bootstrap.machine.Setting;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/**
 * A folder with what the processes of one group share, closed to other users, while they meet. What killed processes have left
 * goes when the next group makes its own.
 *
 * @param parent a file system in memory, or the folder that was set
 * @param name the same for the members of the group, and not to be guessed
 */
record SharedFolder(Path parent, String name) {

    private static final Path IN_MEMORY = Path.of("/dev/shm");
    private static final String PREFIX = "spark-mics-memory-";

    /** Longer than any ranks take to meet. */
    private static final Duration LEFT = Duration.ofDays(1);

    static String standardParent() {
        return Setting.SHARED_MEMORY
                .value()
                .orElseGet(() -> Files.isDirectory(IN_MEMORY) && Files.isWritable(IN_MEMORY)
                        ? IN_MEMORY.toString()
                        : System.getProperty("java.io.tmpdir"));
    }

    Path path() {
        return parent.resolve(PREFIX + name);
    }

    void create() throws IOException {
        SharedFile.createFolder(path());
        deleteLeft();
    }

    void delete() {
        delete(path());
    }

    private void deleteLeft() {
        Instant oldest = Instant.now().minus(LEFT);
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, PREFIX + "*")) {
            for (Path folder : folders) {
                if (isOurs(folder)
                        && Files.getLastModifiedTime(folder, NOFOLLOW_LINKS)
                                .toInstant()
                                .isBefore(oldest)) {
                    delete(folder);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // A folder that takes others and does not list them is no obstacle.
            return;
        }
    }

    /** Where everybody may write, another user's link may lead anywhere. */
    private boolean isOurs(Path folder) throws IOException {
        return Files.isDirectory(folder, NOFOLLOW_LINKS)
                && Files.getOwner(folder, NOFOLLOW_LINKS).equals(Files.getOwner(path(), NOFOLLOW_LINKS));
    }

    private static void delete(Path folder) {
        File[] files = folder.toFile().listFiles();
        for (File file : files == null ? new File[0] : files) {
            file.delete();
        }
        folder.toFile().delete();
    }
}
