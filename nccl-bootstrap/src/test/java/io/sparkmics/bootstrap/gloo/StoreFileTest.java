package io.sparkmics.bootstrap.gloo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreFileTest {

    @TempDir
    Path folder;

    @Test
    void whatAKilledProcessLeftGoesWhenTheNextOneBegins() throws IOException {
        Path left = file("spark-mics-gloo-1.store", Duration.ofDays(2));
        Path inUse = file("spark-mics-gloo-2.store", Duration.ofHours(2));
        Path another = file("another-gloo-3.store", Duration.ofDays(2));

        try (StoreFile own = StoreFile.in(folder)) {
            assertThat(left).doesNotExist();
            assertThat(folder).isDirectoryContaining(own.path()::equals);
        }

        assertThat(folder.toFile().listFiles()).containsExactlyInAnyOrder(inUse.toFile(), another.toFile());
    }

    private Path file(String name, Duration age) throws IOException {
        Path file = Files.createFile(folder.resolve(name));
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
        return file;
    }
}
