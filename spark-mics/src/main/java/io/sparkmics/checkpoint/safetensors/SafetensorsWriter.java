package io.sparkmics.checkpoint.safetensors;

import io.sparkmics.checkpoint.CheckpointException;
import io.sparkmics.checkpoint.StorageCall;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.bytedeco.pytorch.Tensor;

/**
 * Streams tensors to one safetensors file, in the order of its header, holding one buffer and no tensor. After any failure
 * there is no file, provided that the writer is closed. One thread at a time.
 *
 * <pre>{@code
 * try (SafetensorsWriter writer = SafetensorsWriter.create(file, header, hadoop)) {
 *     writer.write("wte.weight", tensor);
 *     writer.commit();
 * }
 * }</pre>
 */
public final class SafetensorsWriter implements AutoCloseable {

    private final Path file;
    private final OutputFile output;
    private final SafetensorsHeader header;
    private final Consumer<List<TensorChecksum>> beforeNaming;
    private final List<TensorChecksum> checksums = new ArrayList<>();
    private final byte[] buffer = new byte[TensorBytes.BUFFER];
    private boolean done;

    private SafetensorsWriter(
            Path file, OutputFile output, SafetensorsHeader header, Consumer<List<TensorChecksum>> beforeNaming) {
        this.file = file;
        this.output = output;
        this.header = header;
        this.beforeNaming = beforeNaming;
        writing("write " + file, () -> output.stream().write(header.toBytes()));
    }

    /**
     * Begins a file that appears under its name when {@link #commit} has returned. One of that name must not exist: a saved
     * model is never overwritten half.
     */
    public static SafetensorsWriter create(Path file, SafetensorsHeader header, Configuration hadoop) {
        return create(file, header, checksums -> {}, hadoop);
    }

    /**
     * As above.
     *
     * @param beforeNaming called when all is written and the file has no name yet: for what must be there before it
     */
    public static SafetensorsWriter create(
            Path file, SafetensorsHeader header, Consumer<List<TensorChecksum>> beforeNaming, Configuration hadoop) {
        return new SafetensorsWriter(file, OutputFile.hidden(file, hadoop), header, beforeNaming);
    }

    /** Begins a file that has its name from the beginning: nothing is renamed, and another file says when it is whole. */
    public static SafetensorsWriter createInPlace(Path file, SafetensorsHeader header, Configuration hadoop) {
        return new SafetensorsWriter(file, OutputFile.inPlace(file, hadoop), header, checksums -> {});
    }

    /**
     * Writes the next tensor.
     *
     * @param tensor contiguous, on the CPU, of the declared type and shape; it stays the caller's
     */
    public void write(String name, Tensor tensor) {
        TensorInfo expected = next(name);
        TensorBytes.check(file, expected, tensor);
        writing(expected, out -> TensorBytes.write(tensor, expected.bytes(), out, buffer));
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
        writing(expected, out -> {
            while (bytes.hasRemaining()) {
                int count = Math.min(buffer.length, bytes.remaining());
                bytes.get(buffer, 0, count);
                out.write(buffer, 0, count);
            }
        });
    }

    /** Of the tensors that are written so far, in the order of the file. */
    public List<TensorChecksum> checksums() {
        return List.copyOf(checksums);
    }

    /** Ends the file, once all declared tensors are written. */
    public void commit() {
        requireOpen();
        List<TensorInfo> tensors = header.tensors();
        if (checksums.size() < tensors.size()) {
            throw new CheckpointException("Cannot finish " + file + ": " + checksums.size() + " of " + tensors.size()
                    + " tensors are written, and tensor "
                    + tensors.get(checksums.size()).name() + " is next.");
        }
        writing("finish " + file, () -> {
            output.close(header.fileLength());
            beforeNaming.accept(checksums());
            output.name();
            done = true;
        });
    }

    /** Without {@link #commit} before it: leaves nothing behind. */
    @Override
    public void close() {
        if (!done) {
            done = true;
            output.discard();
        }
    }

    private TensorInfo next(String name) {
        requireOpen();
        int written = checksums.size();
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

    private void writing(TensorInfo tensor, Writing writing) {
        CRC32C crc = new CRC32C();
        writing(
                "write tensor " + tensor.name() + " to " + file,
                () -> writing.to(new CheckedOutputStream(output.stream(), crc)));
        checksums.add(TensorChecksum.of(tensor, crc));
    }

    private void writing(String doing, StorageCall.Action action) {
        try {
            StorageCall.run(doing, action);
        } catch (RuntimeException | Error failure) {
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

    @FunctionalInterface
    private interface Writing {
        void to(OutputStream out) throws IOException;
    }
}
