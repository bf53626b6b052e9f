package io.sparkmics.bootstrap.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedFolderTest {

    @TempDir
    Path parent;

    @TempDir
    Path elsewhere;

    @Test
    void whatAKilledGroupHasLeftGoesWithTheNextOne() throws IOException {
        Path left = old(folder(parent.resolve("spark-mics-memory-left")));
        Path inUse = folder(parent.resolve("spark-mics-memory-in-use"));
        Path other = old(folder(parent.resolve("spark-mics-run-1")));

        new SharedFolder(parent, "next").create();

        assertThat(parent).isDirectoryNotContaining(left::equals);
        assertThat(parent.resolve("spark-mics-memory-next")).isEmptyDirectory();
        assertThat(inUse).isNotEmptyDirectory();
        assertThat(other).isNotEmptyDirectory();
    }

    @Test
    void aLinkThatSomebodyHasPutThereLeadsNowhere() throws IOException {
        Path kept = old(folder(elsewhere.resolve("kept")));
        Path link = Files.createSymbolicLink(parent.resolve("spark-mics-memory-link"), kept);

        new SharedFolder(parent, "next").create();

        assertThat(link).isNotEmptyDirectory();
    }

    private static Path folder(Path folder) throws IOException {
        Files.createDirectory(folder);
        Files.writeString(folder.resolve("memory"), "1");
        return folder;
    }

    private static Path old(Path folder) throws IOException {
        Files.setLastModifiedTime(folder, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
        return folder;
    }
}
