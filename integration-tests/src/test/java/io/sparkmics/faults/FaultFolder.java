package io.sparkmics.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the processes of one host share about the faults of a trial: which are due, which have been done, and what was seen. It
 * outlives every process, so that a fault which is done once is not done again by who comes after.
 */
final class FaultFolder {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Object COUNTING = new Object();
    private static final String CHECKPOINTS = "checkpoints.txt";

    /** Less than the collective timeout of the trials. */
    private static final Duration TIMEOUT = Duration.ofSeconds(4);

    private final Path folder;

    FaultFolder(String folder) {
        this.folder = Path.of(folder);
    }

    /** Forgets the trial before. */
    void clear() {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    <T> void order(Class<T> kind, List<T> faults) {
        try {
            // A reader sees the whole list or none of it.
            Path written = Files.write(folder.resolve(kind.getSimpleName() + ".new"), JSON.writeValueAsBytes(faults));
            Files.move(written, orders(kind), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    <T> List<T> ordered(Class<T> kind) {
        try {
            return JSON.readerForListOf(kind).readValue(Files.readAllBytes(orders(kind)));
        } catch (NoSuchFileException none) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path orders(Class<?> kind) {
        return folder.resolve(kind.getSimpleName() + ".json");
    }

    /** Says where the checkpoints of the trial are. */
    void checkpoints(Path directory) {
        try {
            Files.writeString(folder.resolve(CHECKPOINTS), directory.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for the checkpoint of a step, or a later one; but not so long that the other ranks give up. */
    void awaitCommitted(long step) {
        if (step == 0) {
            return;
        }
        try {
            Path directory = Path.of(Files.readString(folder.resolve(CHECKPOINTS)));
            long deadline = System.nanoTime() + TIMEOUT.toNanos();
            while (newest(directory) < step
                    && !isClaimed(StorageFault.Action.CUT_OFF.name())
                    && System.nanoTime() - deadline < 0) {
                Cluster.sleep(20);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long newest(Path directory) {
        return Digests.committed(directory).stream()
                .mapToLong(Digests::step)
                .max()
                .orElse(0);
    }

    /** True for the first who asks. */
    boolean claim(String name) {
        try {
            Files.createFile(folder.resolve(name + ".claimed"));
            return true;
        } catch (FileAlreadyExistsException another) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isClaimed(String name) {
        return Files.exists(folder.resolve(name + ".claimed"));
    }

    /** How often this was called, by all processes together and this time included. */
    long count(String name) {
        synchronized (COUNTING) {
            try (FileChannel file = FileChannel.open(
                            folder.resolve(name + ".count"), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                    FileLock lock = file.lock()) {
                file.write(ByteBuffer.wrap(new byte[1]));
                return file.size();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Adds a line to what was seen. */
    void tell(String name, Map<String, ?> seen) {
        try {
            byte[] line = (JSON.writeValueAsString(seen) + "\n").getBytes(StandardCharsets.UTF_8);
            Files.write(folder.resolve(name + ".jsonl"), line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<JsonNode> told(String name) {
        try (Stream<String> lines = Files.lines(folder.resolve(name + ".jsonl"))) {
            return lines.map(FaultFolder::parse).toList();
        } catch (NoSuchFileException none) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read '" + line + "'.", e);
        }
    }
}
