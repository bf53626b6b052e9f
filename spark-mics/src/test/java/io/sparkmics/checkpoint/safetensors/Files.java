package io.sparkmics.checkpoint.safetensors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;

/** Safetensors files as the tests need them: made byte by byte. */
final class Files {

    private Files() {}

    static byte[] file(String header, int dataLength) {
        return file(header.getBytes(StandardCharsets.UTF_8), dataLength);
    }

    static byte[] file(byte[] header, int dataLength) {
        return ByteBuffer.allocate(Long.BYTES + header.length + dataLength)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .array();
    }

    static org.apache.hadoop.fs.Path hadoop(Path file) {
        return new org.apache.hadoop.fs.Path(file.toString());
    }

    static SafetensorsReader open(Path file, byte[] content) throws IOException {
        java.nio.file.Files.write(file, content);
        return SafetensorsReader.open(hadoop(file), new Configuration());
    }
}
