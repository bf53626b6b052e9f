package io.sparkmics.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemporaryFolderTest {

    @TempDir
    Path folder;

    @Test
    void itGoesWhenNobodyRefersToItAnyMore() throws Exception {
        TemporaryFolder kept = make("kept", "a test of what goes");
        make("dropped", "a test of what goes");

        await().atMost(Duration.ofMinutes(1)).until(() -> {
            System.gc();
            return Files.notExists(folder.resolve("dropped"));
        });

        assertThat(TemporaryFolder.count("a test of what goes")).isOne();
        assertThat(new java.io.File(kept.path().toUri())).isDirectoryContaining("glob:**file");
    }

    @Test
    void itGoesWithItsOwner() throws IOException {
        TemporaryFolder one = make("one", "an owner");
        TemporaryFolder two = make("two", "an owner");
        TemporaryFolder other = make("other", "another owner");

        TemporaryFolder.deleteAll("an owner");

        assertThat(TemporaryFolder.count("an owner")).isZero();
        assertThat(folder.toFile().list()).containsExactly("other");
        one.delete();
        other.delete();
        assertThat(folder).isEmptyDirectory();
        assertThat(two.path().getName()).isEqualTo("two");
    }

    @Test
    void aPartOfItStaysWhereThatIsAllThatIsKept() throws IOException {
        TemporaryFolder made = make("made", "a run");
        Files.writeString(Files.createDirectory(folder.resolve("made/part")).resolve("of it"), "");

        made.keepOnly("part");

        made.delete();
        TemporaryFolder.deleteAll("a run");
        assertThat(folder.resolve("made").toFile().list()).containsExactly("part");
        assertThat(folder.resolve("made/part/of it")).exists();
    }

    @Test
    void inAnotherProcessItIsAMereName() throws Exception {
        TemporaryFolder made = make("made", "a process");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new ObjectOutputStream(bytes).writeObject(made);

        TemporaryFolder read =
                (TemporaryFolder) new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();

        assertThat(read.path()).isEqualTo(made.path());
        read.delete();
        assertThat(folder.resolve("made")).isDirectory();
        made.delete();
    }

    private TemporaryFolder make(String name, String owner) throws IOException {
        Path made = Files.createDirectories(folder.resolve(name));
        Files.writeString(made.resolve("file"), "");
        return TemporaryFolder.of(
                new org.apache.hadoop.fs.Path(made.toUri()), FileSystem.getLocal(new Configuration()), owner);
    }
}
