package io.sparkmics.bootstrap.memory;

import io.sparkmics.bootstrap.machine.Setting;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the memory lies that processes of a host share: a file system in memory, or the folder that was set. */
final class SharedFolder {

    private static final String OFF = "off";
    private static final Path IN_MEMORY = Path.of("/dev/shm");

    private SharedFolder() {}

    static boolean on() {
        return !Setting.SHARED_MEMORY.value().orElse("").equalsIgnoreCase(OFF);
    }

    static String path() {
        return Setting.SHARED_MEMORY.value().orElseGet(() -> standard().toString());
    }

    private static Path standard() {
        return Files.isDirectory(IN_MEMORY) && Files.isWritable(IN_MEMORY)
                ? IN_MEMORY
                : Path.of(System.getProperty("java.io.tmpdir"));
    }
}
