package io.sparkmics.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightsVersionTest {

    private static final Configuration HADOOP = new Configuration();
    private static final FileTime THEN = FileTime.fromMillis(1_700_000_000_000L);
    private static final FileTime LATER = FileTime.fromMillis(1_700_000_001_000L);

    @TempDir
    java.nio.file.Path folder;

    private java.nio.file.Path weights;

    @BeforeEach
    void name() {
        weights = folder.resolve("model.safetensors");
    }

    @Test
    void theSameFileIsTheSameVersion() throws IOException {
        write(new byte[1000], THEN);
        WeightsVersion version = version();

        assertThat(version()).isEqualTo(version);
        assertThatCode(() -> version.requireUnchanged(HADOOP)).doesNotThrowAnyException();
    }

    @Test
    void otherBytesOfTheSameLengthAndTimeAreAnotherVersion() throws IOException {
        for (int length : new int[] {1000, 1 << 20}) {
            for (int changed : new int[] {0, length - 1}) {
                byte[] bytes = new byte[length];
                write(bytes, THEN);
                WeightsVersion version = version();
                bytes[changed] = 1;
                write(bytes, THEN);

                assertThatThrownBy(() -> version.requireContents(HADOOP))
                        .isInstanceOf(CheckpointException.class)
                        .hasMessageStartingWith("Cannot use the weights in file:" + folder
                                + ": they are not those that the model was made with (" + length
                                + " bytes of 2023-11-14T22:13:20Z, fingerprint ")
                        .hasMessageEndingWith("Load the model again to use these.");
            }
        }
    }

    @Test
    void whereThereAreSeveralFilesEachOfThemCounts() throws IOException {
        java.nio.file.Path first = folder.resolve("model-00001-of-00002.safetensors");
        java.nio.file.Path second = folder.resolve("model-00002-of-00002.safetensors");
        for (java.nio.file.Path file : new java.nio.file.Path[] {first, second}) {
            Files.write(file, new byte[100]);
            Files.setLastModifiedTime(file, THEN);
        }
        WeightsVersion version = version();
        assertThat(version.length()).isEqualTo(200);

        for (java.nio.file.Path file : new java.nio.file.Path[] {first, second}) {
            Files.write(file, new byte[99]);
            Files.setLastModifiedTime(file, THEN);
            assertThat(version().length()).isLessThan(version.length());
            Files.write(file, new byte[100]);
            Files.setLastModifiedTime(file, THEN);
            assertThat(version()).isEqualTo(version);
            Files.write(file, new byte[] {1}, StandardOpenOption.WRITE);
            Files.setLastModifiedTime(file, THEN);
            assertThatThrownBy(() -> version.requireUnchanged(HADOOP)).isInstanceOf(CheckpointException.class);
            Files.write(file, new byte[100]);
            Files.setLastModifiedTime(file, THEN);
        }
    }

    /** Where no sample was taken, the time tells; unless the file is another host's copy, which has a time of its own. */
    @Test
    void aFileThatWasWrittenAgainIsAnotherVersionOnItsHost() throws IOException {
        write(new byte[1 << 20], THEN);
        WeightsVersion version = version();
        byte[] changed = new byte[1 << 20];
        changed[5000] = 1;
        write(changed, LATER);

        assertThatThrownBy(() -> version.requireUnchanged(HADOOP)).isInstanceOf(CheckpointException.class);
        assertThatCode(() -> version.requireContents(HADOOP)).doesNotThrowAnyException();
    }

    @Test
    void weightsThatAreGoneAreMissed() throws IOException {
        write(new byte[10], THEN);
        WeightsVersion version = version();
        Files.delete(weights);

        assertThatThrownBy(() -> version.requireContents(HADOOP))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("Cannot read the weights from file:" + weights);
    }

    private WeightsVersion version() {
        return WeightsVersion.of(new Path("file:" + folder), HADOOP);
    }

    private void write(byte[] bytes, FileTime time) throws IOException {
        Files.write(weights, bytes);
        Files.setLastModifiedTime(weights, time);
    }
}
