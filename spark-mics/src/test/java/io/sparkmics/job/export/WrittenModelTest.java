package io.sparkmics.job.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WrittenModelTest {

    private static final Configuration HADOOP = new Configuration();

    @TempDir
    Path folder;

    @Test
    void whatARankHasWrittenIsThere() throws IOException {
        Files.write(folder.resolve("model.safetensors"), new byte[100]);

        assertThat(written(100).require(HADOOP).length()).isEqualTo(100);
    }

    @Test
    void whatIsNotThereIsNamedWithFolderAndHost() throws IOException {
        assertThatThrownBy(() -> written(100).require(HADOOP))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Cannot find the trained weights: host worker-7 has written 100 bytes to file:" + folder
                        + ", and the driver sees none there. Set workDirectory to a path that driver and executors"
                        + " share.");
        Files.write(folder.resolve("model.safetensors"), new byte[99]);
        assertThatThrownBy(() -> written(100).require(HADOOP))
                .hasMessageContaining("has written 100 bytes", "the driver sees 99 bytes there.");
    }

    private WrittenModel written(long bytes) {
        return new WrittenModel("file:" + folder, "worker-7", bytes);
    }
}
