package io.sparkmics.checkpoint.safetensors;

import io.sparkmics.checkpoint.CheckpointException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.bytedeco.pytorch.Tensor;

/**
 * Streams tensors to one safetensors file, in the order of its header, holding one buffer and no tensor. The file appears
 * under its name when {@link #commit} has returned; before, and after any failure, there is none, provided that the writer is
 * closed. One thread at a time.
 *
 * <pre>{@code
 * try (SafetensorsWriter writer = SafetensorsWriter.create(file, header, hadoop)) {
 *     writer.write("wte.weight", tensor);
 *     writer.commit();
 * }
 * }</pre>
 */
public final class SafetensorsWriter implements AutoCloseable {

    private final FileSystem files;
    private final Path file;
    private final Path unfinished;
    private final OutputStream out;
    private final SafetensorsHeader header;
    private final byte[] buffer = new byte[TensorBytes.BUFFER];
    private int written;
    private boolean done;

    private SafetensorsWriter(FileSystem files, Path file, Path unfinished, SafetensorsHeader header)
            throws IOException {
        this.files = files;
        this.file = file;
        this.unfinished = unfinished;
        this.header = header;
        this.out = files.create(unfinished, false);
    }

    /** Begins a file. One of that name must not exist: a saved model is never overwritten half. */
    public static SafetensorsWriter create(Path file, SafetensorsHeader header, Configuration hadoop) {
        // Readers skip names that begin with a dot, and no other attempt can have this one.
        Path unfinished = new Path(file.getParent(), "." + file.getName() + "." + UUID.randomUUID());
        try {
            FileSystem files = file.getFileSystem(hadoop);
            if (files.exists(file)) {
                throw new CheckpointException(
                        "Cannot write " + file + ": it exists. Delete it first or choose another folder.");
            }
            SafetensorsWriter writer = new SafetensorsWriter(files, file, unfinished, header);
            try {
                writer.out.write(header.toBytes());
            } catch (IOException | RuntimeException e) {
                writer.close();
                throw e;
            }
            return writer;
        } catch (IOException e) {
            throw new CheckpointException("Cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Writes the next tensor.
     *
     * @param tensor contiguous, on the CPU, of the declared type and shape; it stays the caller's
     */
    public void write(String name, Tensor tensor) {
        TensorInfo expected = next(name);
        TensorBytes.check(file, expected, tensor);
        writing(name, () -> TensorBytes.write(tensor, expected.bytes(), out, buffer));
    }

    /**
     * Writes the next tensor.
     *
     * @param bytes what remains of it: the elements in row-major order, little-endian
     */
    public void write(String name, ByteBuffer bytes) {
        TensorInfo expected = next(name);
        if (bytes.remaining() != expected.bytes()) {
            throw new CheckpointException("Cannot write tensor " + name + " to " + file + ": " + bytes.remaining()
                    + " bytes were given, and " + expected + " has " + expected.bytes() + ".");
        }
        writing(name, () -> {
            while (bytes.hasRemaining()) {
                int count = Math.min(buffer.length, bytes.remaining());
                bytes.get(buffer, 0, count);
                out.write(buffer, 0, count);
            }
        });
    }

    /** Gives the file its name, once all declared tensors are written. */
    public void commit() {
        requireOpen();
        if (written < header.tensors().size()) {
            throw new CheckpointException("Cannot finish " + file + ": " + written + " of "
                    + header.tensors().size() + " tensors are written, and tensor "
                    + header.tensors().get(written).name() + " is next.");
        }
        try {
            out.close();
            long length = files.getFileStatus(unfinished).getLen();
            if (length != header.fileLength()) {
                throw new IOException(length + " bytes arrived of " + header.fileLength());
            }
            // Some file systems would replace it, others would not: another attempt has been faster.
            if (files.exists(file)) {
                throw new IOException("it exists by now");
            }
            if (!files.rename(unfinished, file)) {
                throw new IOException("it could not be renamed from " + unfinished.getName());
            }
            done = true;
        } catch (IOException e) {
            throw new CheckpointException("Cannot finish " + file + ": " + e.getMessage(), e);
        } finally {
            close();
        }
    }

    /** Without {@link #commit} before it: leaves nothing behind. */
    @Override
    public void close() {
        if (done) {
            return;
        }
        done = true;
        try {
            out.close();
        } catch (IOException e) {
            // What could not be written is thrown away anyway; whoever wrote has been told.
        }
        try {
            files.delete(unfinished, false);
        } catch (IOException e) {
            throw new CheckpointException("Cannot remove the unfinished " + unfinished + ": " + e.getMessage(), e);
        }
    }

    private TensorInfo next(String name) {
        requireOpen();
        if (written == header.tensors().size()) {
            throw new CheckpointException(
                    "Cannot write tensor " + name + " to " + file + ": all " + written + " tensors are written.");
        }
        TensorInfo next = header.tensors().get(written);
        if (!next.name().equals(name)) {
            throw new CheckpointException("Cannot write tensor " + name + " to " + file + ": tensor " + next.name()
                    + " is next. Write them in the order of the header.");
        }
        return next;
    }

    private void writing(String name, Action action) {
        try {
            action.run();
            written++;
        } catch (IOException e) {
            CheckpointException failure =
                    new CheckpointException("Cannot write tensor " + name + " to " + file + ": " + e.getMessage(), e);
            try {
                close();
            } catch (CheckpointException unremoved) {
                failure.addSuppressed(unremoved);
            }
            throw failure;
        }
    }

    private void requireOpen() {
        if (done) {
            throw new IllegalStateException("Cannot write to " + file + ": its writer is closed.");
        }
    }

    private interface Action {
        void run() throws IOException;
    }
}
