package io.sparkmics.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.checkpoint.HuggingFaceFolder;
import io.sparkmics.checkpoint.WeightsVersion;
import io.sparkmics.checkpoint.WeightsWriter;
import io.sparkmics.checkpoint.safetensors.TensorInfo;
import io.sparkmics.checkpoint.safetensors.TensorType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalWeightsTest {

    private static final Configuration HADOOP = new Configuration(false);

    @TempDir
    Path folder;

    private WeightsVersion write(String name, float... values) throws IOException {
        Path saved = Files.createDirectories(folder.resolve(name));
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        List<TensorInfo> tensors = List.of(new TensorInfo("w", TensorType.F32, List.of((long) values.length)));
        HuggingFaceFolder files = new HuggingFaceFolder(new org.apache.hadoop.fs.Path(saved.toUri()), HADOOP);
        try (WeightsWriter writer = files.writeWeights(tensors, Long.MAX_VALUE)) {
            writer.write("w", bytes);
            writer.commit();
        }
        return WeightsVersion.of(new org.apache.hadoop.fs.Path(saved.toUri()), HADOOP);
    }

    private LocalWeights local() {
        return new LocalWeights(folder.resolve("local"), Duration.ofMillis(300));
    }

    @Test
    void whatWasCopiedOnceIsNotCopiedAgain() throws IOException {
        WeightsVersion version = write("saved", 1, 2, 3);

        Path copy = local().of(version, HADOOP);
        byte[] bytes = Files.readAllBytes(copy.resolve("model.safetensors"));
        assertThat(bytes).isEqualTo(Files.readAllBytes(folder.resolve("saved/model.safetensors")));
        Files.delete(folder.resolve("saved/model.safetensors"));

        assertThat(local().of(version, HADOOP)).isEqualTo(copy);
    }

    @Test
    void otherWeightsAreAnotherCopy() throws IOException {
        assertThat(local().of(write("one", 1, 2), HADOOP)).isNotEqualTo(local().of(write("other", 1, 3), HADOOP));
    }

    @Test
    void whatIsDamagedIsNotKept() throws IOException {
        write("saved", 1, 2, 3);
        Path file = folder.resolve("saved/model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
        Files.deleteIfExists(folder.resolve("saved/.model.safetensors.crc"));
        WeightsVersion damaged = WeightsVersion.of(
                new org.apache.hadoop.fs.Path(folder.resolve("saved").toUri()), HADOOP);

        for (int attempt = 0; attempt < 2; attempt++) {
            assertThatThrownBy(() -> local().of(damaged, HADOOP))
                    .hasMessageContaining("model.safetensors")
                    .hasMessageContaining("w");
        }
        try (var left = Files.list(folder.resolve("local"))) {
            assertThat(left).allMatch(name -> name.toString().endsWith(".lock"));
        }
    }

    @Test
    void aFolderThatOthersCanWriteToIsRefused() throws IOException {
        WeightsVersion version = write("saved", 1);
        local().of(version, HADOOP);
        assertThat(Files.getPosixFilePermissions(folder.resolve("local")))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        Files.setPosixFilePermissions(folder.resolve("local"), PosixFilePermissions.fromString("rwxrwxrwx"));

        assertThatThrownBy(() -> local().of(version, HADOOP))
                .hasMessageEndingWith("the folder " + folder.resolve("local") + " is not this user's alone. Delete it");
    }

    @Test
    void weightsThatWereReplacedAreRefused() throws IOException {
        WeightsVersion version = write("saved", 1, 2, 3);
        Files.delete(folder.resolve("saved/model.safetensors"));
        write("saved", 1, 2, 4);

        assertThatThrownBy(() -> local().of(version, HADOOP)).hasMessageContaining("they are not those");
    }

    @Test
    void whoeverCopiesIsNotWaitedForWithoutEnd() throws IOException {
        WeightsVersion version = write("saved", 1);
        local().of(version, HADOOP);

        try (FileChannel other = FileChannel.open(
                        folder.resolve("local").resolve(version.key() + ".lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
                FileLock lock = other.lock()) {
            assertThatThrownBy(() -> local().of(version, HADOOP))
                    .hasMessageContaining("another task of this host has been at it for PT0.3S");
        }
        assertThat(local().of(version, HADOOP)).exists();
    }
}
