package io.sparkmics.checkpoint.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.checkpoint.CheckpointException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsWriterTest {

    private static final SafetensorsHeader HEADER = SafetensorsHeader.of(List.of(
            new TensorInfo("a", TensorType.F32, List.of(2L, 3L)),
            new TensorInfo("b", TensorType.F32, List.of(600_000L))));

    @TempDir
    Path folder;

    @Test
    void theFileAppearsWithTheCommitAndNothingElseDoes() {
        try (SafetensorsWriter writer = create()) {
            writer.write("a", ByteBuffer.allocate(24));
            writer.write("b", ByteBuffer.allocate(2_400_000));
            assertThat(folder.resolve("model.safetensors")).doesNotExist();
            writer.commit();
        }

        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("model.safetensors", ".model.safetensors.crc");
    }

    @Test
    void theNextTensorIsNamedWhenAnotherComes() {
        refused(writer -> writer.write("b", ByteBuffer.allocate(2_400_000)))
                .endsWith("model.safetensors: tensor a is next. Write them in the order of the header.");
    }

    @Test
    void aTensorTooManyIsRefused() {
        refused(writer -> {
                    writer.write("a", ByteBuffer.allocate(24));
                    writer.write("b", ByteBuffer.allocate(2_400_000));
                    writer.write("b", ByteBuffer.allocate(2_400_000));
                })
                .endsWith("model.safetensors: all 2 tensors are written.");
    }

    @Test
    void bytesThatAreTooFewAreRefused() {
        refused(writer -> writer.write("a", ByteBuffer.allocate(20)))
                .endsWith("20 bytes were given, and TensorInfo[name=a, type=F32, shape=[2, 3]] has 24.");
    }

    @Test
    void aTensorOfAnotherShapeIsRefused() {
        refused(writer -> writeTensor(writer, torch.zeros(3, 2))).contains("it is Float [3, 2], and ");
    }

    @Test
    void aTensorOfAnotherTypeIsRefused() {
        refused(writer -> writeTensor(writer, torch.zeros(2, 3).to(torch.ScalarType.Double)))
                .contains("it is Double [2, 3], and ");
    }

    @Test
    void aTensorThatIsNotContiguousIsRefused() {
        refused(writer -> writeTensor(writer, torch.zeros(3, 2).t()))
                .endsWith("it is Float [2, 3], not contiguous, and TensorInfo[name=a, type=F32, shape=[2, 3]] was "
                        + "declared. Write a contiguous CPU tensor of that type and shape.");
    }

    @Test
    void aFileWithoutItsLastTensorIsNotFinished() {
        refused(writer -> {
                    writer.write("a", ByteBuffer.allocate(24));
                    writer.commit();
                })
                .endsWith("model.safetensors: 1 of 2 tensors are written, and tensor b is next.");
    }

    @Test
    void aWriterThatIsClosedWithoutCommitLeavesNothing() {
        try (SafetensorsWriter writer = create()) {
            writer.write("a", ByteBuffer.allocate(24));
        }

        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aFileThatExistsIsNotOverwritten() throws Exception {
        java.nio.file.Files.writeString(folder.resolve("model.safetensors"), "precious");

        assertThatThrownBy(this::create)
                .isInstanceOf(CheckpointException.class)
                .hasMessageEndingWith("model.safetensors: it exists. Delete it first or choose another folder.");
        assertThat(folder.resolve("model.safetensors")).hasContent("precious");
    }

    @Test
    void twoAttemptsDoNotDisturbEachOther() throws Exception {
        try (SafetensorsWriter late = create()) {
            late.write("a", ByteBuffer.allocate(24));
            try (SafetensorsWriter early = create()) {
                early.write("a", ByteBuffer.allocate(24));
                early.write("b", ByteBuffer.allocate(2_400_000));
                early.commit();
            }
            late.write("b", ByteBuffer.allocate(2_400_000));
            assertThatThrownBy(late::commit)
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageEndingWith("model.safetensors: it exists by now");
        }

        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("model.safetensors", ".model.safetensors.crc");
        SafetensorsReader.open(file(), new Configuration()).close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 200, 1_500_000})
    void aDiskThatFillsUpLeavesNothing(int space) {
        Configuration small = new Configuration();
        small.set("fs.small.impl", SmallDisk.class.getName());
        small.setInt("small.space", space);
        org.apache.hadoop.fs.Path file = new org.apache.hadoop.fs.Path("small:" + folder + "/model.safetensors");

        assertThatThrownBy(() -> {
                    try (SafetensorsWriter writer = SafetensorsWriter.create(file, HEADER, small)) {
                        writer.write("a", ByteBuffer.allocate(24));
                        writer.write("b", ByteBuffer.allocate(2_400_000));
                        writer.commit();
                    }
                })
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("model.safetensors: No space left on device");
        assertThat(folder).isEmptyDirectory();
    }

    private org.assertj.core.api.AbstractStringAssert<?> refused(Consumer<SafetensorsWriter> writing) {
        CheckpointException refusal;
        try (SafetensorsWriter writer = create()) {
            writing.accept(writer);
            throw new AssertionError("nothing was refused");
        } catch (CheckpointException e) {
            refusal = e;
        }
        assertThat(folder).isEmptyDirectory();
        return assertThat(refusal.getMessage()).startsWith("Cannot ");
    }

    private static void writeTensor(SafetensorsWriter writer, Tensor tensor) {
        try (PointerScope scope = new PointerScope()) {
            writer.write("a", tensor);
        } finally {
            tensor.close();
        }
    }

    private SafetensorsWriter create() {
        return SafetensorsWriter.create(file(), HEADER, new Configuration());
    }

    private org.apache.hadoop.fs.Path file() {
        return Files.hadoop(folder.resolve("model.safetensors"));
    }

    /** The local disk, with an end. */
    static final class SmallDisk extends RawLocalFileSystem {

        @Override
        public URI getUri() {
            return URI.create("small:///");
        }

        @Override
        public String getScheme() {
            return "small";
        }

        @Override
        public FSDataOutputStream create(
                org.apache.hadoop.fs.Path file,
                boolean overwrite,
                int buffer,
                short copies,
                long block,
                org.apache.hadoop.util.Progressable progress)
                throws IOException {
            OutputStream disk = super.create(file, overwrite, buffer, copies, block, progress);
            int space = getConf().getInt("small.space", 0);
            return new FSDataOutputStream(
                    new FilterOutputStream(disk) {
                        private int left = space;

                        @Override
                        public void write(byte[] bytes, int offset, int length) throws IOException {
                            if (length > left) {
                                throw new IOException("No space left on device");
                            }
                            left -= length;
                            out.write(bytes, offset, length);
                        }
                    },
                    null);
        }
    }
}
