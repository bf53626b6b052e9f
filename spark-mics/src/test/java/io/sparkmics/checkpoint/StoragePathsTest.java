package io.sparkmics.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoragePathsTest {

    private static final Configuration HADOOP = new Configuration();

    @TempDir
    java.nio.file.Path temporary;

    private java.nio.file.Path folder;

    @BeforeEach
    void resolve() throws IOException {
        folder = temporary.toRealPath();
    }

    @Test
    void aPathIsAbsoluteAndHasItsScheme() throws IOException {
        String here = System.getProperty("user.dir");

        assertThat(qualified("models/new")).isEqualTo(new Path("file:" + here + "/models/new"));
        assertThat(qualified(folder + "/new/../other/")).isEqualTo(new Path("file:" + folder + "/other"));
        assertThat(qualified("file://" + folder)).isEqualTo(new Path("file:" + folder));
    }

    @Test
    void aLinkLeadsWhereItLedThen() throws IOException {
        Files.createDirectory(folder.resolve("first"));
        Files.createSymbolicLink(folder.resolve("current"), folder.resolve("first"));

        assertThat(qualified(folder + "/current")).isEqualTo(new Path("file:" + folder + "/first"));
        assertThat(qualified(folder + "/current/not/yet")).isEqualTo(new Path("file:" + folder + "/first/not/yet"));
    }

    @Test
    void whatIsNoPathIsAnError() {
        for (String wrong : new String[] {"", "file:relative", "nowhere://models"}) {
            assertThatThrownBy(() -> qualified(wrong))
                    .as(wrong)
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("Cannot use the path '" + wrong + "': ")
                    .hasMessageEndingWith(". Give one that Hadoop knows here.");
        }
    }

    @Test
    void aPasswordInAPathIsRefusedAndNotRepeated() {
        for (String secret : new String[] {
            "ftp://me:hunter2@host/models", "s3a://KEY:hunter2@bucket", "s3a://KEY:hun@hunter2@bucket/a:b@c"
        }) {
            assertThatThrownBy(() -> qualified(secret))
                    .as(secret)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(":***@")
                    .hasMessageEndingWith(
                            "': it has a password in it, and a path is shown in logs and in Spark's UI. Give"
                                    + " the password to the file system's settings, as spark.hadoop.*, and leave it out of the"
                                    + " path.")
                    .message()
                    .doesNotContain("hunter2");
        }
    }

    @Test
    void aColonOrAnAtAnywhereElseIsNoPassword() throws IOException {
        for (String path : new String[] {
            "abfss://container@account.dfs.core.windows.net/a", "hdfs://host:8020/a@b", "/a/b:c@d", "file:///a/b:c@d"
        }) {
            StoragePaths.requireNoPassword(path);
        }
    }

    @Test
    void aFolderHoldsItselfAndWhatLiesInIt() throws IOException {
        java.nio.file.Path inner = Files.createDirectories(folder.resolve("outer/inner"));
        Files.createSymbolicLink(folder.resolve("link"), inner);

        assertThat(holds("outer", "outer/inner")).isTrue();
        assertThat(holds("outer", "link")).isTrue();
        assertThat(holds("link", "outer/inner")).isTrue();
        assertThat(holds("outer/inner", "outer")).isFalse();
        assertThat(holds("out", "outer")).isFalse();
        assertThat(holds("new", "outer")).isFalse();
        assertThat(StoragePaths.holds(new Path("/"), new Path(folder.toString()), HADOOP))
                .isTrue();
    }

    private boolean holds(String outer, String inner) throws IOException {
        return StoragePaths.holds(new Path("file://" + folder, outer), new Path(folder.toString(), inner), HADOOP);
    }

    private static Path qualified(String typed) throws IOException {
        return StoragePaths.qualified(typed, HADOOP);
    }
}
