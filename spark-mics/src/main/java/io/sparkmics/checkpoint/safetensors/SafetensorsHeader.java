package io.sparkmics.checkpoint.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.sparkmics.checkpoint.CheckpointException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The beginning of a safetensors file, from arithmetic alone: 8 bytes of length (little-endian), then as many bytes of JSON
 * with every tensor's type, shape and place. The tensors follow one after another in the order declared here.
 */
public final class SafetensorsHeader {

    /** More JSON than this is refused, when writing as when reading. */
    static final int MOST_BYTES = 16 << 20;

    static final String METADATA = "__metadata__";
    private static final int ALIGNMENT = 8;

    private final List<TensorInfo> tensors;
    private final byte[] bytes;
    private final long fileLength;

    private SafetensorsHeader(List<TensorInfo> tensors, byte[] bytes, long fileLength) {
        this.tensors = tensors;
        this.bytes = bytes;
        this.fileLength = fileLength;
    }

    /** @throws CheckpointException when a name is there twice or reserved, or the whole is too large */
    public static SafetensorsHeader of(List<TensorInfo> tensors) {
        List<TensorInfo> declared = List.copyOf(tensors);
        Set<String> names = new HashSet<>();
        for (TensorInfo tensor : declared) {
            if (!names.add(tensor.name()) || tensor.name().equals(METADATA)) {
                throw new CheckpointException("Cannot save tensor " + tensor.name() + ": its name is "
                        + (tensor.name().equals(METADATA) ? "reserved by the format." : "there twice."));
            }
        }
        try {
            long data = declared.stream().mapToLong(TensorInfo::bytes).reduce(0, Math::addExact);
            byte[] bytes = framed(json(declared));
            return new SafetensorsHeader(declared, bytes, Math.addExact(bytes.length, data));
        } catch (ArithmeticException e) {
            throw new CheckpointException(
                    "Cannot save " + declared.size()
                            + " tensors: together they have more bytes than 63 bits can count.",
                    e);
        }
    }

    /** In the order of the file. */
    public List<TensorInfo> tensors() {
        return tensors;
    }

    /** The first bytes of the file, their own length included: a multiple of 8. */
    public byte[] toBytes() {
        return bytes.clone();
    }

    /** The length of the whole file, tensors included. */
    public long fileLength() {
        return fileLength;
    }

    private static byte[] json(List<TensorInfo> tensors) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
            json.writeStartObject();
            json.writeObjectFieldStart(METADATA);
            // Python's transformers refuses files that do not say this.
            json.writeStringField("format", "pt");
            json.writeEndObject();
            long offset = 0;
            for (TensorInfo tensor : tensors) {
                json.writeObjectFieldStart(tensor.name());
                json.writeStringField("dtype", tensor.type().name());
                writeArray(json, "shape", tensor.shape());
                writeArray(json, "data_offsets", List.of(offset, offset + tensor.bytes()));
                json.writeEndObject();
                offset += tensor.bytes();
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void writeArray(JsonGenerator json, String name, List<Long> values) throws IOException {
        json.writeArrayFieldStart(name);
        for (long value : values) {
            json.writeNumber(value);
        }
        json.writeEndArray();
    }

    private static byte[] framed(byte[] json) {
        int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        if (padded > MOST_BYTES) {
            throw new CheckpointException("Cannot save the tensors: their header would have " + padded + " bytes, and "
                    + MOST_BYTES + " are the most.");
        }
        ByteBuffer framed = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
        framed.putLong(padded).put(json);
        while (framed.hasRemaining()) {
            framed.put((byte) ' ');
        }
        return framed.array();
    }
}
