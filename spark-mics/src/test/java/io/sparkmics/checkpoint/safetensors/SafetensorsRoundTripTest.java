package io.sparkmics.checkpoint.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.checkpoint.CheckpointException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsRoundTripTest {

    private static final List<TensorInfo> TENSORS = List.of(
            new TensorInfo("transformer.wte.weight", TensorType.F32, List.of(700L, 401L)),
            new TensorInfo("odd", TensorType.F32, List.of(3L)),
            new TensorInfo("double", TensorType.F64, List.of(2L, 1L, 5L)),
            new TensorInfo("empty", TensorType.F32, List.of(0L, 7L)),
            new TensorInfo("single", TensorType.I64, List.of()),
            new TensorInfo("with \"quotes\" and \u00fc", TensorType.I64, List.of(4L)));

    @TempDir
    Path folder;

    @Test
    void tensorsComeBackBitForBit() {
        List<byte[]> values = write();
        try (PointerScope scope = new PointerScope();
                SafetensorsReader reader = read()) {
            assertThat(reader.tensors()).isEqualTo(TENSORS);
            for (int i = TENSORS.size() - 1; i >= 0; i--) {
                Tensor tensor = reader.read(TENSORS.get(i).name());
                assertThat(bytes(tensor, values.get(i).length)).isEqualTo(values.get(i));
                assertThat(tensor.sizes().vec().get())
                        .isEqualTo(TENSORS.get(i).shape().stream()
                                .mapToLong(Long::longValue)
                                .toArray());
            }
        }
    }

    @Test
    void tensorsThatAreReadCanBeWrittenAgain() throws Exception {
        write();
        Path copy = folder.resolve("copy.safetensors");
        try (SafetensorsReader reader = read();
                SafetensorsWriter writer = SafetensorsWriter.create(
                        Files.hadoop(copy), SafetensorsHeader.of(reader.tensors()), new Configuration())) {
            reader.forEach(writer::write);
            writer.commit();
        }

        assertThat(copy).hasSameBinaryContentAs(file());
    }

    @Test
    void aVisitedTensorIsClosedAfterTheVisit() {
        write();
        List<Tensor> visited = new ArrayList<>();
        try (SafetensorsReader reader = read()) {
            reader.forEach((name, tensor) -> {
                assertThat(tensor.isNull()).isFalse();
                visited.add(tensor);
            });
        }

        assertThat(visited).hasSize(TENSORS.size()).allMatch(tensor -> tensor.isNull());
    }

    @Test
    void aTensorThatIsNotThereIsNamed() {
        write();
        try (SafetensorsReader reader = read()) {
            assertThatThrownBy(() -> reader.read("lm_head.weight"))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessage("Cannot read tensor lm_head.weight from " + file() + ": it is not there. The first of 6"
                            + " is transformer.wte.weight.");
        }
    }

    @Test
    void aFileThatShrinksWhileItIsReadIsNoticed() throws Exception {
        write();
        try (SafetensorsReader reader = read()) {
            try (var channel = java.nio.channels.FileChannel.open(file(), java.nio.file.StandardOpenOption.WRITE)) {
                channel.truncate(100_000);
            }
            assertThatThrownBy(() -> reader.read("transformer.wte.weight"))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageStartingWith("Cannot read tensor transformer.wte.weight from " + file() + ": ");
        }
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertThatThrownBy(this::read)
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("Cannot read " + file() + ": ");
    }

    private List<byte[]> write() {
        Random random = new Random(17);
        List<byte[]> values = new ArrayList<>();
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(Files.hadoop(file()), SafetensorsHeader.of(TENSORS), new Configuration())) {
            for (TensorInfo tensor : TENSORS) {
                // Any bits, so NaNs and infinities too.
                byte[] bytes = new byte[(int) tensor.bytes()];
                random.nextBytes(bytes);
                values.add(bytes);
                writer.write(tensor.name(), ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
            }
            writer.commit();
        }
        assertThat(file()).hasSize(SafetensorsHeader.of(TENSORS).fileLength());
        return values;
    }

    private SafetensorsReader read() {
        // Without Hadoop's own checksums: the format has to do without them.
        Arrays.stream(folder.toFile().listFiles((dir, name) -> name.endsWith(".crc")))
                .forEach(java.io.File::delete);
        return SafetensorsReader.open(Files.hadoop(file()), new Configuration());
    }

    private Path file() {
        return folder.resolve("model.safetensors");
    }

    private static byte[] bytes(Tensor tensor, int length) {
        byte[] bytes = new byte[length];
        if (length > 0) {
            new BytePointer(tensor.data_ptr()).capacity(length).get(bytes);
        }
        return bytes;
    }
}
