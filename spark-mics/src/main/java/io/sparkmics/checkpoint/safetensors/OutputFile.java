package io.sparkmics.checkpoint.safetensors;

import io.sparkmics.checkpoint.CheckpointException;
import io.sparkmics.checkpoint.StorageCall;
import java.io.IOException;
import java.io.OutputStream;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A new file, which has its name from the beginning or gets it when it is whole; without an end it leaves nothing behind. */
final class OutputFile {

    private final FileSystem files;
    private final Path file;
    private final Path written;
    private final OutputStream out;

    private OutputFile(FileSystem files, Path file, Path written) throws IOException {
        this.files = files;
        this.file = file;
        this.written = written;
        this.out = files.create(written, false);
    }

    /** Of that name from the beginning. */
    static OutputFile inPlace(Path file, Configuration hadoop) {
        return create(file, file, hadoop);
    }

    /** Of another name, until it is whole. */
    static OutputFile hidden(Path file, Configuration hadoop) {
        // Readers skip names that begin with a dot, and no other attempt can have this one.
        return create(file, new Path(file.getParent(), "." + file.getName() + "." + UUID.randomUUID()), hadoop);
    }

    private static OutputFile create(Path file, Path written, Configuration hadoop) {
        return StorageCall.call("write " + file, () -> {
            FileSystem files = file.getFileSystem(hadoop);
            if (files.exists(file)) {
                throw new CheckpointException(
                        "Cannot write " + file + ": it exists. Delete it first or choose another folder.");
            }
            return new OutputFile(files, file, written);
        });
    }

    OutputStream stream() {
        return out;
    }

    /** Ends the writing; whatever should be there before the file has its name can be written now. */
    void close(long length) throws IOException {
        out.close();
        long arrived = files.getFileStatus(written).getLen();
        if (arrived != length) {
            throw new IOException(arrived + " bytes arrived of " + length);
        }
        requireFree();
    }

    void name() throws IOException {
        if (written.equals(file)) {
            return;
        }
        requireFree();
        if (!files.rename(written, file)) {
            throw new IOException("it could not be renamed from " + written.getName());
        }
    }

    /** Some file systems would replace it, others would not: another attempt has been faster. */
    private void requireFree() throws IOException {
        if (!written.equals(file) && files.exists(file)) {
            throw new IOException("it exists by now");
        }
    }

    void discard() {
        try {
            out.close();
        } catch (IOException | FSError e) {
            // What could not be written is thrown away anyway; whoever wrote has been told.
        }
        StorageCall.run("remove the unfinished " + written, () -> files.delete(written, false));
    }
}
