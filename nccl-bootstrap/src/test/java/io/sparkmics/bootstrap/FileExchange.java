package io.sparkmics.bootstrap;

import io.sparkmics.bootstrap.deadline.CommunicationException;
import io.sparkmics.bootstrap.meeting.Exchange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** An exchange among processes that share a directory. Good for one exchange. */
public final class FileExchange implements Exchange {

    private final Path directory;
    private final int size;
    private final int partitionId;
    private final Duration deadline;

    public FileExchange(Path directory, int size, int partitionId, Duration deadline) {
        this.directory = directory;
        this.size = size;
        this.partitionId = partitionId;
        this.deadline = deadline;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int partitionId() {
        return partitionId;
    }

    @Override
    public List<byte[]> exchange(byte[] message) {
        long end = System.nanoTime() + deadline.toNanos();
        try {
            Path draft = Files.write(directory.resolve("draft-" + partitionId), message);
            Files.move(draft, file(partitionId), StandardCopyOption.ATOMIC_MOVE);
            List<byte[]> all = new ArrayList<>();
            while (all.size() < size) {
                if (Files.exists(file(all.size()))) {
                    all.add(Files.readAllBytes(file(all.size())));
                } else if (System.nanoTime() > end) {
                    throw new CommunicationException(
                            "Cannot exchange messages: participant " + all.size() + " did not come within " + deadline);
                } else {
                    Thread.sleep(5);
                }
            }
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot exchange messages in " + directory, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommunicationException("Cannot exchange messages: interrupted", e);
        }
    }

    private Path file(int id) {
        return directory.resolve("message-" + id);
    }
}
