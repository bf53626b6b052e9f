package io.sparkmics.checkpoint.safetensors;

import io.sparkmics.checkpoint.CheckpointException;
import io.sparkmics.checkpoint.StorageCall;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Reads a safetensors file that nobody has to trust: everything the header says is checked when it is opened, before a byte
 * of a tensor is read or allocated. Holds one buffer, and while reading one tensor. One thread at a time.
 */
public final class SafetensorsReader implements AutoCloseable {

    private final Path file;
    private final FSDataInputStream in;
    private final long length;
    private final Function<TensorInfo, WeightsCheck> checks;
    private final byte[] header;
    private final Map<String, Place> places = new LinkedHashMap<>();
    private final List<TensorInfo> tensors;
    private final byte[] buffer = new byte[TensorBytes.BUFFER];

    private SafetensorsReader(Path file, FSDataInputStream in, long length, Function<TensorInfo, WeightsCheck> checks)
            throws IOException {
        this.file = file;
        this.in = in;
        this.length = length;
        this.checks = checks;
        this.header = readHeader(length);
        long begin = Long.BYTES + header.length;
        this.tensors = HeaderParser.parse(file.toString(), header, length - begin);
        for (TensorInfo tensor : tensors) {
            places.put(tensor.name(), new Place(tensor, begin));
            begin += tensor.bytes();
        }
    }

    /** @throws CheckpointException when the file is not exactly what the format allows */
    public static SafetensorsReader open(Path file, Configuration hadoop) {
        return open(file, tensor -> WeightsCheck.NONE, hadoop);
    }

    /**
     * Opens a file of which every tensor is checked when it is read: all of its elements are finite.
     *
     * @param checksums what the tensors' bytes must add up to, in the order of the file; empty where nobody has noted it
     */
    public static SafetensorsReader openWeights(
            Path file, Optional<List<TensorChecksum>> checksums, Configuration hadoop) {
        Map<String, TensorChecksum> byName = new HashMap<>();
        checksums.ifPresent(all -> all.forEach(checksum -> byName.put(checksum.name(), checksum)));
        SafetensorsReader reader =
                open(file, tensor -> WeightsCheck.of(file, tensor, byName.get(tensor.name())), hadoop);
        try {
            checksums.ifPresent(reader::requireNamed);
            return reader;
        } catch (RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    private void requireNamed(List<TensorChecksum> checksums) {
        for (int i = 0; i < Math.max(tensors.size(), checksums.size()); i++) {
            String found = i < tensors.size()
                    ? tensors.get(i).name() + " with " + tensors.get(i).elements() + " elements"
                    : "none";
            String written = i < checksums.size()
                    ? checksums.get(i).name() + " with " + checksums.get(i).elements() + " elements"
                    : "none";
            if (!found.equals(written)) {
                throw new CheckpointException("Cannot read " + file + ": its tensor " + i + " is " + found + ", and "
                        + written + " was written. The file is damaged or another one.");
            }
        }
    }

    private static SafetensorsReader open(Path file, Function<TensorInfo, WeightsCheck> checks, Configuration hadoop) {
        return StorageCall.call("read " + file, () -> {
            FileSystem files = file.getFileSystem(hadoop);
            long length = files.getFileStatus(file).getLen();
            FSDataInputStream in = files.open(file);
            try {
                return new SafetensorsReader(file, in, length, checks);
            } catch (IOException | RuntimeException | Error e) {
                in.close();
                throw e;
            }
        });
    }

    /** Of the file, in bytes. */
    long length() {
        return length;
    }

    /** Where the tensor begins in the file. */
    long begin(String name) {
        return place(name).begin();
    }

    /** Reads everything and keeps nothing: whether it is as {@link #openWeights} wants it. */
    public void check() {
        for (TensorInfo info : tensors) {
            WeightsCheck check = checks.apply(info);
            stream(info.name(), (offset, count) -> check.see(buffer, count));
            check.end();
        }
    }

    /** In the order of the file. */
    public List<TensorInfo> tensors() {
        return tensors;
    }

    /** @throws CheckpointException when the file does not begin with exactly that header */
    public void requireHeader(SafetensorsHeader expected) {
        byte[] bytes = expected.toBytes();
        if (Arrays.equals(bytes, Long.BYTES, bytes.length, header, 0, header.length)) {
            return;
        }
        String difference = "its header is not the one that was written";
        for (int i = 0; i < Math.max(tensors.size(), expected.tensors().size()); i++) {
            TensorInfo found = i < tensors.size() ? tensors.get(i) : null;
            TensorInfo wanted =
                    i < expected.tensors().size() ? expected.tensors().get(i) : null;
            if (found == null || !found.equals(wanted)) {
                difference = "its tensor " + i + " is " + found + ", and " + wanted + " was written";
                break;
            }
        }
        throw new CheckpointException("Cannot read " + file + ": " + difference + ". The file is damaged.");
    }

    /** Reads one tensor to the CPU; the caller closes it. Fastest in the order of the file. */
    public Tensor read(String name) {
        TensorInfo info = place(name).info();
        WeightsCheck check = checks.apply(info);
        Tensor tensor = TensorBytes.empty(info);
        try (PointerScope scope = new PointerScope()) {
            BytePointer target = new BytePointer(tensor.data_ptr());
            stream(name, (offset, count) -> {
                check.see(buffer, count);
                target.position(offset).put(buffer, 0, count);
            });
            check.end();
            return tensor;
        } catch (RuntimeException | Error e) {
            tensor.close();
            throw e;
        }
    }

    /**
     * Reads a part of a tensor, and checks all of it.
     *
     * @param checksum what the whole tensor's bytes must add up to
     * @param from the first element to read
     * @param target of the tensor's type; undefined when this fails
     * @param at where in the target the elements go
     * @param count how many
     * @throws CheckpointException when the bytes are not those that were written
     */
    public void read(TensorChecksum checksum, long from, TensorTarget target, long at, long count) {
        int size = place(checksum.name()).info().type().bytes();
        long begin = from * size;
        long end = begin + count * size;
        CRC32C crc = new CRC32C();
        try (PointerScope scope = new PointerScope()) {
            BytePointer bytes = target.bytes();
            stream(checksum.name(), (offset, length) -> {
                crc.update(buffer, 0, length);
                long first = Math.max(begin, offset);
                long last = Math.min(end, offset + length);
                if (first < last) {
                    bytes.position(at * size + first - begin).put(buffer, (int) (first - offset), (int) (last - first));
                }
            });
        }
        checksum.require(crc, file);
    }

    /**
     * Reads a part of a tensor of any floating type into one of another, and nothing else of it: an element that is not finite
     * is refused.
     *
     * @param from the first element to read
     * @param target contiguous, one-dimensional, on the CPU, as many elements as are read; undefined when this fails
     */
    public void readRange(String name, long from, Tensor target) {
        Place place = place(name);
        TensorInfo info = place.info();
        long elements = target.numel();
        if (!info.type().floating() || from < 0 || elements > info.elements() - from) {
            throw new CheckpointException("Cannot read " + elements + " numbers of tensor " + name + " from " + file
                    + ", beginning with " + from + ": it is " + info + ".");
        }
        int size = info.type().bytes();
        WeightsCheck check = checks.apply(info);
        try (PointerScope scope = new PointerScope();
                Tensor part = TensorBytes.empty(info.type(), Math.min(elements, buffer.length / size))) {
            BytePointer bytes = new BytePointer(part.data_ptr());
            stream(place.begin() + from * size, elements * size, name, (offset, count) -> {
                check.see(buffer, count);
                bytes.put(buffer, 0, count);
                try (PointerScope views = new PointerScope()) {
                    target.narrow(0, offset / size, count / size).copy_(part.narrow(0, 0, count / size));
                }
            });
        }
        check.end();
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
        StorageCall.run("close " + file, in::close);
    }

    private Place place(String name) {
        Place place = places.get(name);
        if (place == null) {
            throw new CheckpointException("Cannot read tensor " + name + " from " + file + ": it is not there. "
                    + (tensors.isEmpty()
                            ? "There are none."
                            : "The first of " + tensors.size() + " is "
                                    + tensors.get(0).name() + "."));
        }
        return place;
    }

    /** Fills the buffer again and again. */
    private void stream(String name, Filled filled) {
        Place place = place(name);
        stream(place.begin(), place.info().bytes(), name, filled);
    }

    private void stream(long begin, long length, String name, Filled filled) {
        StorageCall.run("read tensor " + name + " from " + file, () -> {
            in.seek(begin);
            for (long offset = 0; offset < length; offset += buffer.length) {
                int count = (int) Math.min(buffer.length, length - offset);
                in.readFully(buffer, 0, count);
                filled.accept(offset, count);
            }
        });
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
        byte[] bytes = new byte[(int) headerLength];
        in.readFully(bytes);
        return bytes;
    }

    private record Place(TensorInfo info, long begin) {}

    @FunctionalInterface
    private interface Filled {
        void accept(long offset, int count);
    }
}
