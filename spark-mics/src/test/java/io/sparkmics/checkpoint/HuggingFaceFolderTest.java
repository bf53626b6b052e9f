package io.sparkmics.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkmics.checkpoint.safetensors.SafetensorsReader;
import io.sparkmics.checkpoint.safetensors.TensorInfo;
import io.sparkmics.checkpoint.safetensors.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HuggingFaceFolderTest {

    private static final Configuration HADOOP = new Configuration();
    private static final TensorInfo KEY = new TensorInfo("h.0.key", TensorType.F32, List.of(2L, 3L));
    private static final TensorInfo QUERY = new TensorInfo("h.0.qry", TensorType.F32, List.of(2L, 3L));

    @TempDir
    Path folder;

    @Test
    void itHoldsConfigurationAndWeights() throws Exception {
        Map<String, Object> config = Map.of("model_type", "gpt2", "n_layer", 4, "resid_pdrop", 0.1);
        huggingFace().writeConfig(config);
        try (WeightsWriter writer = huggingFace().writeWeights(List.of(), 1)) {
            writer.commit();
        }

        assertThat(huggingFace().readConfig()).isEqualTo(config);
        assertThat(Files.readString(folder.resolve("config.json"))).contains("\n  \"n_layer\" : 4");
        try (SafetensorsReader reader = new WeightsFile(huggingFace().weights(), HADOOP).read()) {
            assertThat(reader.tensors()).isEmpty();
        }
        assertThat(huggingFace().contents()).containsOnlyKeys("config.json", "model.safetensors", "checksums.json");
    }

    @Test
    void aConfigurationWithAnEntryTwiceIsRefused() throws Exception {
        Files.writeString(folder.resolve("config.json"), "{\"n_layer\":4,\"n_layer\":400}");

        assertThatThrownBy(() -> huggingFace().readConfig())
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("Cannot read " + folder + "/config.json: Duplicate field 'n_layer'");
    }

    @Test
    void weightsAreReadAsTheyWereWritten() throws Exception {
        write(1);

        assertThatCode(this::readAll).doesNotThrowAnyException();
    }

    @Test
    void anyFlippedByteOfAnyTensorIsNoticed() throws Exception {
        write(1);
        byte[] whole = LocalFiles.read(weights());
        int data = whole.length - 48;
        for (int at = data; at < whole.length; at++) {
            byte[] changed = whole.clone();
            // Of the least of its bits: the element stays finite.
            changed[at] ^= 1;
            LocalFiles.replace(weights(), changed);

            assertThatThrownBy(this::readAll)
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageStartingWith("Cannot read tensor " + (at < data + 24 ? "h.0.key" : "h.0.qry") + " from "
                            + weights() + ": its CRC-32C is ")
                    .hasMessageEndingWith(" was written. The file is damaged or another one.");
        }
    }

    @Test
    void swappedTensorsAreNoticed() throws Exception {
        write(1);
        String text = new String(LocalFiles.read(weights()), StandardCharsets.ISO_8859_1);
        String swapped =
                text.replace("h.0.key", "h.0.???").replace("h.0.qry", "h.0.key").replace("h.0.???", "h.0.qry");
        LocalFiles.replace(weights(), swapped.getBytes(StandardCharsets.ISO_8859_1));

        assertThatThrownBy(this::readAll)
                .isInstanceOf(CheckpointException.class)
                .hasMessage("Cannot read " + weights() + ": its tensor 0 is h.0.qry with 6 elements, and h.0.key with 6"
                        + " elements was written. The file is damaged or another one.");
    }

    @Test
    void weightsThatAnotherProgramHasReplacedAreToldFromThoseThatWereWritten() throws Exception {
        write(1);
        byte[] other = LocalFiles.read(weights());
        LocalFiles.replace(weights(), Arrays.copyOf(other, other.length - 4));

        assertThatThrownBy(this::readAll)
                .isInstanceOf(CheckpointException.class)
                .hasMessage(
                        "Cannot read " + weights() + ": it has " + (other.length - 4) + " bytes, and " + other.length
                                + " were written, as checksums.json says. The file is damaged; if another program has replaced"
                                + " it, delete checksums.json.");
    }

    @Test
    void damagedChecksumsAreNoticed() throws Exception {
        write(1);
        Path checksums = folder.resolve("checksums.json");
        byte[] whole = LocalFiles.read(checksums);
        for (int at = 0; at < whole.length; at++) {
            byte[] changed = whole.clone();
            changed[at] ^= 1;
            LocalFiles.replace(checksums, changed);

            assertThatThrownBy(this::readAll)
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageStartingWith("Cannot read " + checksums);
        }
    }

    @Test
    void weightsOfAnotherProgramHaveNoChecksums() throws Exception {
        write(1);
        Files.delete(folder.resolve("checksums.json"));

        assertThatCode(this::readAll).doesNotThrowAnyException();
    }

    @Test
    void weightsThatAreNotFiniteAreRefusedWhoeverWroteThem() throws Exception {
        write(Float.NaN);
        String refusal = "Cannot read tensor h.0.qry from " + weights() + ": 1 of its 6 elements are not finite, the"
                + " first is element 5. Such weights are damaged or of a training that diverged: take others.";
        assertThatThrownBy(this::readAll)
                .isInstanceOf(CheckpointException.class)
                .hasMessage(refusal);

        Files.delete(folder.resolve("checksums.json"));
        assertThatThrownBy(this::readAll)
                .isInstanceOf(CheckpointException.class)
                .hasMessage(refusal);
    }

    @Test
    void aCopyIsCheckedAsTheOriginal() throws Exception {
        write(1);
        Path copy = folder.resolve("copy");
        huggingFace().copyTo(LocalFiles.hadoop(copy));
        assertThat(copy.toFile().list()).contains("model.safetensors", "checksums.json");

        // Of another program, over ours.
        Files.delete(folder.resolve("checksums.json"));
        huggingFace().copyTo(LocalFiles.hadoop(copy));
        assertThat(copy.toFile().list()).contains("model.safetensors").doesNotContain("checksums.json");
    }

    @Test
    void checksumsOfAWritingThatBrokeOffAreReplaced() throws Exception {
        write(1);
        Files.delete(weights());
        Files.deleteIfExists(folder.resolve(".model.safetensors.crc"));
        write(2);

        assertThatCode(this::readAll).doesNotThrowAnyException();
    }

    @Test
    void whatIsLargerThanAFileMayBeLiesInSeveralWithAnIndex() throws Exception {
        write(1, 47);

        assertThat(huggingFace().contents())
                .containsOnlyKeys(
                        "model-00001-of-00002.safetensors",
                        "model-00001-of-00002.checksums.json",
                        "model-00002-of-00002.safetensors",
                        "model-00002-of-00002.checksums.json",
                        "model.safetensors.index.json");
        assertThat(new ObjectMapper()
                        .readTree(folder.resolve("model.safetensors.index.json").toFile()))
                .isEqualTo(new ObjectMapper()
                        .readTree("{\"metadata\": {\"total_size\": 48}, \"weight_map\": {"
                                + "\"h.0.key\": \"model-00001-of-00002.safetensors\","
                                + " \"h.0.qry\": \"model-00002-of-00002.safetensors\"}}"));
        assertThatCode(() -> files(folder).check()).doesNotThrowAnyException();
        byte[] second = LocalFiles.read(folder.resolve("model-00002-of-00002.safetensors"));
        second[second.length - 4] ^= 1;
        LocalFiles.replace(folder.resolve("model-00002-of-00002.safetensors"), second);
        assertThatThrownBy(() -> files(folder).check())
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("Cannot read tensor h.0.qry from file:" + folder
                        + "/model-00002-of-00002.safetensors:" + " its CRC-32C is ");
    }

    @Test
    void severalFilesOfWhichOneIsNotWrittenLeaveNothing() {
        assertThatThrownBy(() -> {
                    try (WeightsWriter writer = huggingFace().writeWeights(List.of(KEY, QUERY), 1)) {
                        writer.write("h.0.key", ByteBuffer.allocate(24));
                        writer.commit();
                    }
                })
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("model-00002-of-00002.safetensors: 0 of 1 tensors are written");
        assertThat(folder.toFile().list()).isEmpty();
    }

    @Test
    void anIndexThatIsNotWrittenToItsEndIsRemovedWithItsFiles() throws Exception {
        Path index = folder.resolve("model.safetensors.index.json");
        // What has something inside can be neither written over nor removed.
        Files.createDirectories(index.resolve("inside"));
        assertThatThrownBy(() -> write(1, 1)).isInstanceOf(CheckpointException.class);
        assertThat(folder.toFile().list()).containsExactly(index.getFileName().toString());
        Files.delete(index.resolve("inside"));
        assertThatThrownBy(() -> write(1, 1)).isInstanceOf(CheckpointException.class);
        assertThat(folder.toFile().list()).isEmpty();
    }

    @Test
    void aCopyOverOtherWeightsIsTheCopyAlone() throws Exception {
        Path copy = folder.resolve("copy");
        write(1, 48);
        Files.createDirectories(folder.resolve("adapter"));
        Files.writeString(folder.resolve("adapter/adapter_config.json"), "{}");
        huggingFace().copyTo(LocalFiles.hadoop(copy));
        for (String file : huggingFace().contents().keySet()) {
            Files.delete(folder.resolve(file));
        }
        write(2, 1);

        huggingFace().copyTo(LocalFiles.hadoop(copy));

        assertThat(new HuggingFaceFolder(LocalFiles.hadoop(copy), HADOOP).contents())
                .isEqualTo(huggingFace().contents());
        assertThatCode(() -> files(copy).check()).doesNotThrowAnyException();
        assertThat(files(copy).paths()).hasSize(2);
    }

    private static WeightFiles files(Path folder) {
        return new WeightFiles(LocalFiles.hadoop(folder), HADOOP);
    }

    private void write(float last) {
        write(last, 48);
    }

    private void write(float last, long maxShardSize) {
        ByteBuffer bytes = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 11; i++) {
            bytes.putFloat(i);
        }
        bytes.putFloat(last).flip();
        try (WeightsWriter writer = huggingFace().writeWeights(List.of(KEY, QUERY), maxShardSize)) {
            writer.write("h.0.key", bytes.slice(0, 24));
            writer.write("h.0.qry", bytes.slice(24, 24));
            writer.commit();
        }
    }

    private void readAll() {
        try (SafetensorsReader reader = new WeightsFile(huggingFace().weights(), HADOOP).read()) {
            reader.forEach((name, tensor) -> {});
        }
    }

    private Path weights() {
        return folder.resolve("model.safetensors");
    }

    private HuggingFaceFolder huggingFace() {
        return new HuggingFaceFolder(new org.apache.hadoop.fs.Path(folder.toString()), HADOOP);
    }
}
