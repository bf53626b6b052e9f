package io.sparkmics.bootstrap.memory;

import io.sparkmics.bootstrap.collectives.RankDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The file that the processes of a group map: made by its first member in a folder that is closed to other users, gone from there
 * as soon as all have mapped it, and its memory with the last of them.
 */
final class SharedFile {

    private static final FileAttribute<?> OWN_FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<?> OWN_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    /** Of what is free, others need some too. */
    private static final int PART_OF_FREE = 2;

    private static final int WRITE_BYTES = 1 << 20;

    private SharedFile() {}

    /** Makes the folder of a group, for this user alone. */
    static void createFolder(Path folder) throws IOException {
        Files.createDirectory(folder, OWN_FOLDER);
    }

    /** Makes the file and takes its space, as mapped memory that has none is the end of the process that touches it. */
    static void create(Path file, long size, String secret) throws IOException {
        long free = Files.getFileStore(file.getParent()).getUsableSpace();
        if (size > free / PART_OF_FREE) {
            throw new IOException(file.getParent().getParent() + " has " + free + " bytes of free space, and " + size
                    + " must be no more than half of them");
        }
        try (FileChannel channel =
                FileChannel.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWN_FILE)) {
            ByteBuffer zeros = ByteBuffer.allocate(WRITE_BYTES);
            for (long place = 0; place < size; place += WRITE_BYTES) {
                write(channel, zeros.clear().limit((int) Math.min(WRITE_BYTES, size - place)), place);
            }
            write(channel, ByteBuffer.wrap(secret.getBytes(StandardCharsets.US_ASCII)), 0);
        }
    }

    private static void write(FileChannel channel, ByteBuffer bytes, long place) throws IOException {
        long at = place;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }

    /** The bytes of the file, for all that map it; the caller's to close. */
    static Tensor map(Path file, long size, String secret) throws IOException {
        // It would be made, and of this size, where it is not.
        if (Files.size(file) != size) {
            throw new IOException(file + " has " + Files.size(file) + " bytes and must have " + size);
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor bytes = torch.from_file(
                    file.toString(),
                    new BoolOptional(true),
                    new LongOptional(size),
                    RankDevice.cpu().options(torch.ScalarType.Byte));
            byte[] found = new byte[secret.length()];
            new BytePointer(bytes.data_ptr()).get(found);
            if (!secret.equals(new String(found, StandardCharsets.US_ASCII))) {
                throw new IOException(file + " is not the one that this group shares");
            }
            bytes.retainReference();
            return bytes;
        }
    }
}
