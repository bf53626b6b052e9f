package io.sparkmics.benchmark;

import io.sparkmics.engine.MicsEngine;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;

/** How {@code python/gpt.py} gets our weights: one after another a line of text, name and shape, and the values as floats. */
public final class WeightsFile {

    private WeightsFile() {}

    /** All ranks of the partition group call it together; each writes the same. */
    public static void write(MicsEngine engine, Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            engine.forEachParameter((parameter, value) -> {
                String shape = parameter.shape().stream().map(String::valueOf).collect(Collectors.joining(" "));
                out.write((parameter.name() + " " + shape + "\n").getBytes(StandardCharsets.UTF_8));
                out.write(bytes(value));
            });
        }
    }

    private static byte[] bytes(Tensor values) {
        float[] floats = new float[Math.toIntExact(values.numel())];
        new FloatPointer(values.data_ptr()).get(floats);
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * floats.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(floats);
        return bytes.array();
    }
}
