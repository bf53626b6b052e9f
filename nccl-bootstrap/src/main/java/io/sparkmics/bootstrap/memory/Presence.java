package io.sparkmics.bootstrap.memory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Whether the processes of a group live. Each holds a lock on a file of its own, which the system takes from it when it ends,
 * however it does; a frozen one keeps it. The files may be deleted once all have opened them.
 */
final class Presence implements AutoCloseable {

    private static final String NAME = "alive-";

    private final FileChannel[] files;
    private final int index;
    private FileLock lock;

    private Presence(int members, int index) {
        this.files = new FileChannel[members];
        this.index = index;
    }

    /** Makes this member's file, and locks it. */
    static Presence of(Path folder, int members, int index) throws IOException {
        Presence presence = new Presence(members, index);
        try {
            presence.open(folder, index, StandardOpenOption.CREATE_NEW);
            presence.lock = presence.files[index].tryLock();
            if (presence.lock == null) {
                throw new IOException("another process holds the lock of " + folder.resolve(NAME + index));
            }
            return presence;
        } catch (IOException | RuntimeException e) {
            presence.close();
            throw e;
        }
    }

    /**
     * Opens what another member has made and locked.
     *
     * <p>Never for one of this process: when it closes the file, the system takes the process's own lock.
     */
    void watch(Path folder, int member) throws IOException {
        open(folder, member, StandardOpenOption.WRITE);
    }

    private void open(Path folder, int member, StandardOpenOption option) throws IOException {
        files[member] = FileChannel.open(folder.resolve(NAME + member), StandardOpenOption.WRITE, option);
    }

    /** Whether the member's process has ended; not known of one that is not watched. */
    boolean ended(int member) {
        if (member == index || files[member] == null) {
            return false;
        }
        try (FileLock taken = files[member].tryLock()) {
            return taken != null;
        } catch (IOException | OverlappingFileLockException e) {
            // Closed here meanwhile, or looked at by another member of this process.
            return false;
        }
    }

    @Override
    public void close() {
        for (FileChannel file : files) {
            try {
                if (file != null) {
                    file.close();
                }
            } catch (IOException e) {
                // Nothing was written.
            }
        }
    }
}
