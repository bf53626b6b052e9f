package io.sparkmics.checkpoint.safetensors;

import io.sparkmics.checkpoint.CheckpointException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.bytedeco.pytorch.Tensor;

/**
 * Reads a safetensors file that nobody has to trust: everything the header says is checked when it is opened, before a byte
 * of a tensor is read or allocated. Holds one buffer, and while reading one tensor. One thread at a time.
 */
public final class SafetensorsReader implements AutoCloseable {

    private final Path file;
    private final FSDataInputStream in;
    private final Map<String, Place> places = new LinkedHashMap<>();
    private final List<TensorInfo> tensors;
    private final byte[] buffer = new byte[TensorBytes.BUFFER];

    private SafetensorsReader(Path file, FSDataInputStream in, long length) throws IOException {
        this.file = file;
        this.in = in;
        byte[] header = readHeader(length);
        long begin = Long.BYTES + header.length;
        this.tensors = HeaderParser.parse(file.toString(), header, length - begin);
        for (TensorInfo tensor : tensors) {
            places.put(tensor.name(), new Place(tensor, begin));
            begin += tensor.bytes();
        }
    }

    /** @throws CheckpointException when the file is not exactly what the format allows */
    public static SafetensorsReader open(Path file, Configuration hadoop) {
        try {
            FileSystem files = file.getFileSystem(hadoop);
            long length = files.getFileStatus(file).getLen();
            FSDataInputStream in = files.open(file);
            try {
                return new SafetensorsReader(file, in, length);
            } catch (IOException | RuntimeException e) {
                in.close();
                throw e;
            }
        } catch (IOException e) {
            throw new CheckpointException("Cannot read " + file + ": " + reason(e), e);
        }
    }

    /** In the order of the file. */
    public List<TensorInfo> tensors() {
        return tensors;
    }

    /** Reads one tensor to the CPU; the caller closes it. Fastest in the order of the file. */
    public Tensor read(String name) {
        Place place = places.get(name);
        if (place == null) {
            throw new CheckpointException("Cannot read tensor " + name + " from " + file + ": it is not there. "
                    + (tensors.isEmpty()
                            ? "There are none."
                            : "The first of " + tensors.size() + " is "
                                    + tensors.get(0).name() + "."));
        }
        try {
            in.seek(place.begin());
            return TensorBytes.read(place.info(), in, buffer);
        } catch (IOException e) {
            throw new CheckpointException("Cannot read tensor " + name + " from " + file + ": " + reason(e), e);
        }
    }

    /** Shows every tensor in the order of the file; each is closed when the visitor has returned. */
    public void forEach(BiConsumer<String, Tensor> visitor) {
        for (TensorInfo info : tensors) {
            try (Tensor tensor = read(info.name())) {
                visitor.accept(info.name(), tensor);
            }
        }
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw new CheckpointException("Cannot close " + file + ": " + reason(e), e);
        }
    }

    private byte[] readHeader(long length) throws IOException {
        if (length < Long.BYTES) {
            throw new CheckpointException("Cannot read " + file + ": it has " + length
                    + " bytes, and a safetensors file begins with " + Long.BYTES + " bytes of header length.");
        }
        byte[] size = new byte[Long.BYTES];
        in.readFully(size);
        long headerLength = ByteBuffer.wrap(size).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (headerLength < 0 || headerLength > SafetensorsHeader.MOST_BYTES) {
            throw new CheckpointException("Cannot read " + file + ": its header would have "
                    + Long.toUnsignedString(headerLength) + " bytes, and " + SafetensorsHeader.MOST_BYTES
                    + " are the most. It is probably not a safetensors file.");
        }
        if (headerLength > length - Long.BYTES) {
            throw new CheckpointException("Cannot read " + file + ": its header has " + headerLength
                    + " bytes, and the file ends after " + (length - Long.BYTES) + " of them. It is cut short.");
        }
        byte[] header = new byte[(int) headerLength];
        in.readFully(header);
        return header;
    }

    /** An end of file has no message of its own. */
    private static String reason(IOException e) {
        return e instanceof EOFException ? "it ends too early" : e.getMessage();
    }

    private record Place(TensorInfo info, long begin) {}
}
